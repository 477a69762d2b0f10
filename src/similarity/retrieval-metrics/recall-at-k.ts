import { RetrievalMetric, type RetrievalMetricOptions } from './retrieval-metric.ts';

/**
 * Recall as metric learning means it: the part of the queries that find at least one example of their class among the k
 * nearest. Jégou, Douze and Schmid, Product Quantization for Nearest Neighbor Search, https://hal.inria.fr/inria-00514462v2
 */
export class RecallAtK extends RetrievalMetric {
  /** @throws SimilarityError OUT_OF_RANGE, NOT_AN_INTEGER or UNKNOWN_NAME */
  constructor(options: RetrievalMetricOptions = {}) {
    super('recall', 'recall@k', options);
  }

  protected override score(matches: Uint8Array): number {
    return matches.includes(1) ? 1 : 0;
  }
}
