import { KM_PER_DEGREE, kilometres, placeOfSum, radians, type Place } from '../../sphere.ts';

/** Where pictures were taken, degrees north and east. */
export interface Positions {
  readonly latitudes: Float64Array;
  readonly longitudes: Float64Array;
}

/** Pictures that were taken near one another. */
export interface FoundPlace {
  /** Positions by their place, ascending. */
  readonly members: readonly number[];
  readonly centre: Place;
  /** All members lie within it. */
  readonly radiusKm: number;
}

/** A part of the Earth so small that what lies in it is one, and the pictures in it. */
interface Cell {
  readonly row: number;
  readonly column: number;
  readonly members: number[];
  x: number;
  y: number;
  z: number;
}

/** Side of a cell, of the scale. */
const CELL = 0.25;

/**
 * Groups positions by place: the part of the Earth where most were taken is the middle of the first, what lies within `km` of it belongs to it, and so on
 * with what is left (the leader algorithm: Hartigan, "Clustering algorithms", 1975, from the densest on); then each part goes to the nearest middle.
 * So places do not chain along a road as those of density do, and each is at most about 2 `km` wide. Pictures are not compared with one another.
 *
 * @param km from 0.1
 * @returns the place with most pictures first; each position is in one
 */
export function findPlaces({ latitudes, longitudes }: Positions, km: number): FoundPlace[] {
  const grid = new Grid(km * CELL);
  for (const [i, latitude] of latitudes.entries()) grid.add(i, { latitude, longitude: longitudes[i] ?? 0 });
  const middles = leaders(grid, km);
  const groups = middles.map((): Cell[] => []);
  const near = new Grid(km);
  for (const [i, middle] of middles.entries()) near.add(i, middle);
  for (const cell of grid.cells()) {
    const centre = placeOfSum(cell.x, cell.y, cell.z);
    let [nearest, least] = [0, Number.POSITIVE_INFINITY];
    for (const other of near.around(centre, km)) {
      for (const leader of other.members) {
        const distance = kilometres(centre, middles[leader] ?? centre);
        if (distance < least) [nearest, least] = [leader, distance];
      }
    }
    groups[nearest]?.push(cell);
  }
  return groups
    .filter((cells) => cells.length > 0)
    .map((cells) => placeOf(cells, latitudes, longitudes))
    .sort((a, b) => b.members.length - a.members.length || (a.members[0] ?? 0) - (b.members[0] ?? 0));
}

/** Middles of cells, the fullest first, none within `km` of one before it. */
function leaders(grid: Grid, km: number): Place[] {
  const taken = new Set<Cell>();
  const fullest = [...grid.cells()].sort(
    (a, b) => b.members.length - a.members.length || (a.members[0] ?? 0) - (b.members[0] ?? 0),
  );
  return fullest.flatMap((cell) => {
    if (taken.has(cell)) return [];
    const middle = placeOfSum(cell.x, cell.y, cell.z);
    for (const other of grid.around(middle, km)) {
      if (kilometres(middle, placeOfSum(other.x, other.y, other.z)) <= km) taken.add(other);
    }
    return [middle];
  });
}

function placeOf(cells: readonly Cell[], latitudes: Float64Array, longitudes: Float64Array): FoundPlace {
  const sum = (of: (cell: Cell) => number): number => cells.reduce((total, cell) => total + of(cell), 0);
  const centre = placeOfSum(
    sum(({ x }) => x),
    sum(({ y }) => y),
    sum(({ z }) => z),
  );
  const members = cells.flatMap((cell) => cell.members).sort((a, b) => a - b);
  let radiusKm = 0;
  for (const member of members) {
    const position = { latitude: latitudes[member] ?? 0, longitude: longitudes[member] ?? 0 };
    radiusKm = Math.max(radiusKm, kilometres(centre, position));
  }
  return { members, centre, radiusKm };
}

/** The Earth in rows of one height, and those in cells of about one width, at every latitude. */
class Grid {
  readonly #height: number;
  readonly #cells = new Map<number, Cell>();
  readonly #rows: number;
  /** More than any row has. */
  readonly #stride: number;

  /** @param side of a cell, km */
  constructor(side: number) {
    this.#height = side / KM_PER_DEGREE;
    this.#rows = Math.max(1, Math.ceil(180 / this.#height));
    this.#stride = Math.ceil(360 / this.#height) + 1;
  }

  cells(): IterableIterator<Cell> {
    return this.#cells.values();
  }

  add(member: number, { latitude, longitude }: Place): void {
    const row = this.#rowAt(latitude);
    const column = this.#columnAt(row, longitude);
    const key = row * this.#stride + column;
    let cell = this.#cells.get(key);
    if (!cell) {
      cell = { row, column, members: [], x: 0, y: 0, z: 0 };
      this.#cells.set(key, cell);
    }
    const [north, east] = [radians(latitude), radians(longitude)];
    cell.members.push(member);
    cell.x += Math.cos(north) * Math.cos(east);
    cell.y += Math.cos(north) * Math.sin(east);
    cell.z += Math.sin(north);
  }

  /** Cells that may hold something within `km` of a point; others may be among them. */
  *around({ latitude, longitude }: Place, km: number): Generator<Cell> {
    const reach = km / KM_PER_DEGREE;
    const last = this.#rowAt(latitude + reach);
    for (let row = this.#rowAt(latitude - reach); row <= last; row++) {
      const columns = this.#columns(row);
      // the widest that the circle gets in this row: a degree of longitude is shortest at its end that is nearer to the pole
      const pole = Math.min(90, Math.max(Math.abs(latitude) + reach, this.#farthest(row)));
      const wide = reach / Math.max(1e-9, Math.cos(radians(pole)));
      const steps = Math.ceil((wide / 360) * columns) + 1;
      if (2 * steps + 1 >= columns) {
        for (let column = 0; column < columns; column++) yield* this.#at(row, column);
        continue;
      }
      const middle = this.#columnAt(row, longitude);
      for (let step = -steps; step <= steps; step++) yield* this.#at(row, (middle + step + columns) % columns);
    }
  }

  *#at(row: number, column: number): Generator<Cell> {
    const cell = this.#cells.get(row * this.#stride + column);
    if (cell) yield cell;
  }

  #rowAt(latitude: number): number {
    return Math.min(this.#rows - 1, Math.max(0, Math.floor((latitude + 90) / this.#height)));
  }

  #columnAt(row: number, longitude: number): number {
    const columns = this.#columns(row);
    return Math.min(columns - 1, Math.floor((((longitude + 540) % 360) / 360) * columns));
  }

  /** Cells of a row: as many as its widest circle takes. */
  #columns(row: number): number {
    const edges = [row * this.#height - 90, (row + 1) * this.#height - 90];
    const widest =
      edges[0] !== undefined && edges[0] <= 0 && (edges[1] ?? 0) >= 0 ? 0 : Math.min(...edges.map(Math.abs));
    return Math.max(1, Math.ceil((360 / this.#height) * Math.cos(radians(widest))));
  }

  #farthest(row: number): number {
    return Math.max(Math.abs(row * this.#height - 90), Math.abs((row + 1) * this.#height - 90));
  }
}
