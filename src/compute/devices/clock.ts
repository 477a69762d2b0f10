/** Time, as limits of batches and trials see it; tests bring their own. */
export interface Clock {
  /** Milliseconds, from anywhere; never backwards. */
  now(): number;
  /** Calls once after so many milliseconds, unless the returned function was called before. */
  after(milliseconds: number, run: () => void): () => void;
}

export const REAL_CLOCK: Clock = {
  now: () => performance.now(),
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
