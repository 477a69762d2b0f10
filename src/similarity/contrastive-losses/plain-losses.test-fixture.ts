/** The losses once more, from the papers' formulas, in loops over 64-bit numbers: what the tests hold the module against. */
export type Rows = readonly (readonly number[])[];

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const at = (rows: Rows, i: number): readonly number[] => rows[i] ?? [];
const dot = (a: readonly number[], b: readonly number[]): number =>
  sum(a.map((value, i) => value * (b[i] ?? Number.NaN)));
const column = (rows: Rows, d: number): number[] => rows.map((row) => row[d] ?? Number.NaN);
const indices = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

function unit(row: readonly number[]): number[] {
  const length = Math.sqrt(Math.max(dot(row, row), 1e-12));
  return row.map((value) => value / length);
}

const cosine = (a: readonly number[], b: readonly number[]): number => dot(unit(a), unit(b));

export function plainSimCLR(a: Rows, b: Rows, temperature: number): number {
  const all = [...a, ...b];
  const losses = all.map((row, i) => {
    const positive = (i + a.length) % all.length;
    const logits = all.map((other) => cosine(row, other) / temperature);
    const largest = Math.max(...logits.filter((_, j) => j !== i));
    const others = sum(logits.map((logit, j) => (j === i ? 0 : Math.exp(logit - largest))));
    return Math.log(others) + largest - (logits[positive] ?? Number.NaN);
  });
  return sum(losses) / a.length;
}

export function plainSimSiam(a: Rows, b: Rows, projectionType: string, margin: number): number {
  const losses = a.map((row, i) => {
    const cos = cosine(row, at(b, i));
    if (projectionType === 'negative_cosine_sim') return -cos;
    if (projectionType === 'cosine_distance') return 1 - cos;
    return Math.acos(Math.min(1, Math.max(-1, cos))) / Math.PI;
  });
  return mean(losses) / 2 + margin;
}

function standardized(values: readonly number[]): number[] {
  const deviation = Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
  return values.map((value) => (deviation < 1e-9 ? 0 : (value - mean(values)) / deviation));
}

export function plainBarlow(a: Rows, b: Rows, lambda: number, margin: number): number {
  const dimensions = indices(at(a, 0).length);
  const [first, second] = [a, b].map((rows) => dimensions.map((d) => standardized(column(rows, d)))) as unknown as [
    Rows,
    Rows,
  ];
  let loss = margin;
  for (const i of dimensions) {
    for (const j of dimensions) {
      const correlation = dot(at(first, i), at(second, j)) / a.length;
      loss += i === j ? (1 - correlation) ** 2 : lambda * correlation ** 2;
    }
  }
  return loss;
}

export interface VicRegSettings {
  readonly stdConst: number;
  readonly lambda: number;
  readonly mu: number;
  readonly nu: number;
}

export function plainVicReg(a: Rows, b: Rows, { stdConst, lambda, mu, nu }: VicRegSettings): number {
  const dimensions = indices(at(a, 0).length);
  const invariance = mean(a.map((row, i) => mean(row.map((value, d) => (value - (at(b, i)[d] ?? Number.NaN)) ** 2))));
  const variance = (rows: Rows): number =>
    mean(
      dimensions.map((d) => {
        const values = column(rows, d);
        return Math.max(0, 1 - Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)) + stdConst));
      }),
    );
  const covariance = (rows: Rows): number => {
    if (rows.length === 1) return 0;
    const centred = dimensions.map((d) => column(rows, d).map((value) => value - mean(column(rows, d))));
    const between = (i: number, j: number): number => dot(at(centred, i), at(centred, j)) / (rows.length - 1);
    return (
      sum(dimensions.flatMap((i) => dimensions.map((j) => (i === j ? 0 : between(i, j) ** 2)))) / dimensions.length
    );
  };
  return lambda * invariance + (mu * (variance(a) + variance(b))) / 2 + nu * (covariance(a) + covariance(b));
}

export function plainBYOL(a: Rows, b: Rows): number {
  return mean(a.map((row, i) => 2 - 2 * cosine(row, at(b, i))));
}

/** As in the listing of SwAV's paper: on the matrix of exponentials, prototypes by examples. */
export function plainSinkhorn(scores: Rows, epsilon: number, iterations: number): number[][] {
  const [examples, prototypes] = [scores.length, at(scores, 0).length];
  const largest = Math.max(...scores.flat());
  let matrix = indices(prototypes).map((k) => column(scores, k).map((score) => Math.exp((score - largest) / epsilon)));
  for (let i = 0; i < iterations; i++) {
    matrix = matrix.map((row) => row.map((value) => value / sum(row) / prototypes));
    const totals = indices(examples).map((n) => sum(column(matrix, n)));
    matrix = matrix.map((row) => row.map((value, n) => value / (totals[n] ?? Number.NaN) / examples));
  }
  return indices(examples).map((n) => column(matrix, n).map((value) => value * examples));
}

export interface SwAVSettings {
  readonly temperature: number;
  readonly epsilon: number;
  readonly iterations: number;
}

/** @param codes where they are given, they are taken for those of `a`: the gradient holds them still */
export function plainSwAV(a: Rows, b: Rows, settings: SwAVSettings, codes?: Rows): number {
  const assigned = codes ?? plainSinkhorn(a, settings.epsilon, settings.iterations);
  return mean(
    b.map((row, i) => {
      const logits = row.map((score) => score / settings.temperature);
      const largest = Math.max(...logits);
      const logSum = Math.log(sum(logits.map((logit) => Math.exp(logit - largest)))) + largest;
      return -dot(
        at(assigned, i),
        logits.map((logit) => logit - logSum),
      );
    }),
  );
}
