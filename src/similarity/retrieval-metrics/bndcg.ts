import { RetrievalMetric, type RetrievalMetricOptions } from './retrieval-metric.ts';

/**
 * Binary normalized discounted cumulative gain: each match weighs 1 / log2(rank + 1), and the sum is divided by what the same
 * matches would weigh in the best order. It says how well the k neighbors are ordered, not how many there were to be found;
 * a query without a match scores 0.
 *
 * Järvelin and Kekäläinen, Cumulated gain-based evaluation of IR techniques, https://doi.org/10.1145/582415.582418
 */
export class BNDCG extends RetrievalMetric {
  /** @throws SimilarityError OUT_OF_RANGE, NOT_AN_INTEGER or UNKNOWN_NAME */
  constructor(options: RetrievalMetricOptions = {}) {
    super('ndcg', 'ndcg@k', options);
  }

  protected override score(matches: Uint8Array): number {
    const ideal = gain(matches.toSorted((a, b) => b - a));
    return ideal === 0 ? 0 : gain(matches) / ideal;
  }
}

function gain(matches: Uint8Array): number {
  return matches.reduce((sum, match, i) => sum + match / Math.log2(i + 2), 0);
}
