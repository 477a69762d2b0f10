/** How long a lookup took, in milliseconds, over the last ones. All 0 where there were none. */
export interface QueryPerformance {
  readonly min: number;
  readonly max: number;
  readonly avg: number;
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
  readonly stddev: number;
}

/** Remembers how long the last lookups took; of a batch, each query counts with the batch's mean. */
export class LookupTimings {
  readonly #buffer: Float64Array;
  #count = 0;

  /** @param size how many are remembered */
  constructor(size: number) {
    this.#buffer = new Float64Array(size);
  }

  /** All lookups there were. */
  get count(): number {
    return this.#count;
  }

  /** @param milliseconds all queries together */
  record(milliseconds: number, queries: number): void {
    const remembered = Math.min(queries, this.#buffer.length);
    for (let i = queries - remembered; i < queries; i++) {
      this.#buffer[(this.#count + i) % this.#buffer.length] = milliseconds / queries;
    }
    this.#count += queries;
  }

  reset(): void {
    this.#count = 0;
  }

  performance(): QueryPerformance {
    const sorted = this.#buffer.slice(0, this.#count).sort();
    if (sorted.length === 0) return { min: 0, max: 0, avg: 0, median: 0, p95: 0, p99: 0, stddev: 0 };
    const avg = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
    const variance = sorted.reduce((sum, value) => sum + (value - avg) ** 2, 0) / sorted.length;
    return {
      min: quantile(sorted, 0),
      max: quantile(sorted, 1),
      avg,
      median: quantile(sorted, 0.5),
      p95: quantile(sorted, 0.95),
      p99: quantile(sorted, 0.99),
      stddev: Math.sqrt(variance),
    };
  }
}

/** Between two values, linearly. */
function quantile(sorted: Float64Array, part: number): number {
  const at = part * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(at)] as number, sorted[Math.ceil(at)] as number];
  return below + (above - below) * (at - Math.floor(at));
}
