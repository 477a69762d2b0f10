import { unknownName } from '../checks.ts';
import { BNDCG } from './bndcg.ts';
import { MapAtK } from './map-at-k.ts';
import { PrecisionAtK } from './precision-at-k.ts';
import { RecallAtK } from './recall-at-k.ts';
import type { RetrievalMetric } from './retrieval-metric.ts';

const METRICS = new Map<string, (options: { readonly k?: number }) => RetrievalMetric>([
  ['precision', (options) => new PrecisionAtK(options)],
  ['recall', (options) => new RecallAtK(options)],
  ['map', (options) => new MapAtK(options)],
  ['ndcg', (options) => new BNDCG(options)],
  ['bndcg', (options) => new BNDCG(options)],
]);

/**
 * The retrieval metric of that name, in any case: `precision`, `recall`, `map` or `ndcg`, and how many neighbors count, as in
 * `precision@1` (5 where it is left out). A metric is returned as it is.
 *
 * @throws SimilarityError UNKNOWN_NAME or OUT_OF_RANGE
 */
export function getRetrievalMetric(metric: RetrievalMetric | string): RetrievalMetric {
  if (typeof metric !== 'string') return metric;
  const [, name = '', k] = /^([a-z]+)(?:@(\d+|k))?$/.exec(metric.toLowerCase()) ?? [];
  const make = METRICS.get(name);
  if (make === undefined)
    throw unknownName(
      'metric',
      metric,
      [...METRICS.keys()].map((known) => `${known}@k`),
    );
  return make(k === undefined || k === 'k' ? {} : { k: Number(k) });
}
