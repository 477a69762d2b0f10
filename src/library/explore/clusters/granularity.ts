/** Resolution of the middle: of the scenes, what is found from 1.2 to 2 is about as good. */
const MIDDLE_RESOLUTION = 1.5;
/** The fewest clusters come at a sixth of that, the most at six times it. */
const WIDTH = 6;

/** Steps of the slider from few clusters to many: each is worked out once, and 0.5 is among them. */
const STEPS = 8;

/** The step of the slider nearest to a granularity in [0, 1], in the same. */
export function nearestStep(granularity: number): number {
  return Math.round(granularity * STEPS) / STEPS;
}

/** Louvain's resolution for a granularity: 1 is modularity as it is defined, more gives more and smaller communities. */
export function resolutionOf(granularity: number): number {
  return MIDDLE_RESOLUTION * WIDTH ** (2 * granularity - 1);
}

/** Fewer pictures that are like each other, and bear no name, are no cluster: they are joined to one, or are with those that are alone. */
export const SMALLEST_CLUSTER = 3;
