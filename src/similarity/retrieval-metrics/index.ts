export { tabulateLookups, type LookupTable } from '../lookup.ts';
export { BNDCG } from './bndcg.ts';
export { getRetrievalMetric } from './get-retrieval-metric.ts';
export { MapAtK, type MapAtKOptions } from './map-at-k.ts';
export { PrecisionAtK, type PrecisionAtKOptions } from './precision-at-k.ts';
export { RecallAtK } from './recall-at-k.ts';
export { RetrievalMetric, type Average, type RetrievalMetricOptions } from './retrieval-metric.ts';
