/** Cells along each side of the map. */
const SIDE = 32;

/** Where on a map there is room. */
export class FreePlaces {
  readonly #counts = new Uint32Array(SIDE * SIDE);

  /** @param positions x and y of points in turn, from -1 to 1; NaN of those that have no place */
  constructor(positions: Float32Array) {
    for (let i = 0; i < positions.length; i += 2) {
      const x = positions[i] ?? Number.NaN;
      if (!Number.isNaN(x)) this.take(x, positions[i + 1] ?? 0);
    }
  }

  /** A point lies there from now on. */
  take(x: number, y: number): void {
    const cell = SIDE * cellOf(y) + cellOf(x);
    this.#counts[cell] = (this.#counts[cell] ?? 0) + 1;
  }

  /** The middle of one of the cells with the fewest points, the nearest to the middle of the map. */
  next(): [x: number, y: number] {
    let best = 0;
    for (let cell = 1; cell < this.#counts.length; cell++) {
      const fewer = (this.#counts[cell] ?? 0) - (this.#counts[best] ?? 0);
      if (fewer < 0 || (fewer === 0 && fromMiddle(cell) < fromMiddle(best))) best = cell;
    }
    return [middleOf(best % SIDE), middleOf(Math.floor(best / SIDE))];
  }
}

function cellOf(value: number): number {
  return Math.max(0, Math.min(SIDE - 1, Math.floor(((value + 1) / 2) * SIDE)));
}

function middleOf(cell: number): number {
  return (2 * (cell + 0.5)) / SIDE - 1;
}

function fromMiddle(cell: number): number {
  return Math.hypot(middleOf(cell % SIDE), middleOf(Math.floor(cell / SIDE)));
}
