export {
  GeneralizedMeanPooling1D,
  GeneralizedMeanPooling2D,
  generalizedMeanPooling1d,
  generalizedMeanPooling2d,
  type DataFormat,
  type GeneralizedMeanPoolingArgs,
} from './generalized-mean-pooling.ts';
export { MetricEmbedding, metricEmbedding, type MetricEmbeddingArgs } from './metric-embedding.ts';
