import type { Logs } from '../callbacks/callback.ts';

/** What a training came to, epoch by epoch. */
export interface History {
  /** How many epochs were finished. */
  readonly epochs: number;
  /** `loss`, each metric, `val_…` and whatever callbacks added: one number an epoch; NaN where an epoch had none. */
  readonly history: Readonly<Record<string, readonly number[]>>;
}

/** Means over the steps of an epoch. */
export class RunningMeans {
  readonly #sums = new Map<string, { sum: number; count: number }>();

  add(logs: Logs): void {
    for (const [name, value] of Object.entries(logs)) {
      const entry = this.#sums.get(name) ?? { sum: 0, count: 0 };
      this.#sums.set(name, { sum: entry.sum + value, count: entry.count + 1 });
    }
  }

  means(): Record<string, number> {
    return Object.fromEntries([...this.#sums].map(([name, { sum, count }]) => [name, sum / count]));
  }
}

/** Gathers the logs of epochs into columns of the same length. */
export class HistoryRecorder {
  #epochs = 0;
  readonly #columns = new Map<string, number[]>();

  add(logs: Logs): void {
    for (const [name, value] of Object.entries(logs)) {
      const column = this.#columns.get(name) ?? Array.from({ length: this.#epochs }, () => Number.NaN);
      column.push(value);
      this.#columns.set(name, column);
    }
    this.#epochs++;
    for (const column of this.#columns.values()) if (column.length < this.#epochs) column.push(Number.NaN);
  }

  result(): History {
    return { epochs: this.#epochs, history: Object.fromEntries(this.#columns) };
  }
}
