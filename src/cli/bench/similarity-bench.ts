import * as tf from '@tensorflow/tfjs-core';
import hnswlib from 'hnswlib-node';
import {
  createRandom,
  getContrastiveLoss,
  getLoss,
  HnswSearch,
  Indexer,
  l2Normalize,
  useBackend,
  XBM,
  type Random,
} from '../../similarity/index.ts';
import { fasterQuarter, median, type Report } from './measurement.ts';

const BATCH = 64;
const CLASSES = 16;
const FEATURES = 992;
const DIMENSIONS = 128;
const REPEATS = 80;

const VECTORS = 20_000;
/** The parameters of both indexes. */
const HNSW = { M: 16, efConstruction: 200, efSearch: 64 };
const QUERIES = 400;
const K = 10;

/** Every loss's training step beside its forward pass, and a lookup beside the bare index's. */
export async function benchSimilarity(report: Report): Promise<void> {
  await useBackend('wasm');
  benchLosses(report);
  benchLookup(report);
}

/** A loss of what a head makes of a batch. */
interface Objective {
  readonly name: string;
  readonly loss: (embed: (features: tf.Tensor2D) => tf.Tensor2D) => tf.Scalar;
}

function objectives(features: tf.Tensor2D, labels: tf.Tensor1D): Objective[] {
  const otherView = tf.add<tf.Tensor2D>(features, tf.randomNormal(features.shape, 0, 0.3, 'float32', 3));
  const supervised = [
    ...['triplet_loss', 'multisim_loss', 'circle_loss', 'pn_loss', 'lifted_struct_loss', 'soft_nn_loss'],
    'multinegrank_loss',
  ].map((name) => getLoss(name));
  const memory = new XBM(getLoss('multisim_loss'), { memorySize: 512 });
  const contrastive = ['simclr', 'simsiam', 'barlow', 'vicreg', 'byol', 'swav'].map((name) => getContrastiveLoss(name));
  return [
    ...[...supervised, memory].map((loss) => ({
      name: loss.name,
      loss: (embed: (x: tf.Tensor2D) => tf.Tensor2D) => loss.batchLoss(labels, embed(features)),
    })),
    ...contrastive.map((loss) => ({
      name: loss.name,
      loss: (embed: (x: tf.Tensor2D) => tf.Tensor2D) => loss.batchLoss(embed(otherView), embed(features)),
    })),
  ];
}

/** A linear head with normalized output, one batch, every loss: forward pass and whole step by turns, so that noise hits both. */
function benchLosses(report: Report): void {
  tf.engine().startScope();
  const features = tf.randomNormal<tf.Rank.R2>([BATCH, FEATURES], 0, 1, 'float32', 1);
  const labels = tf.tensor1d(
    Array.from({ length: BATCH }, (_, i) => i % CLASSES),
    'int32',
  );
  for (const { name, loss } of objectives(features, labels)) {
    const head = tf.variable(tf.randomNormal<tf.Rank.R2>([FEATURES, DIMENSIONS], 0, 0.03, 'float32', 2));
    const optimizer = tf.train.adam(1e-4);
    const forward = () => loss((x) => l2Normalize(tf.matMul(x, head)));
    const times = { forward: [] as number[], step: [] as number[] };
    for (let i = 0; i < REPEATS; i++) {
      times.forward.push(milliseconds(() => void tf.tidy(() => forward().dataSync())));
      times.step.push(milliseconds(() => optimizer.minimize(forward, true, [head])?.dataSync()));
    }
    const [value, reference] = [fasterQuarter(times.step), fasterQuarter(times.forward)];
    const metric = `${name}: training step against forward pass`;
    report({ bench: 'similarity', metric, value, unit: 'ms', reference, ratio: value / reference });
    head.dispose();
    optimizer.dispose();
  }
  tf.engine().endScope();
}

function milliseconds(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

/** The module's search, and the indexer over it, beside hnswlib alone with the same vectors and parameters. */
function benchLookup(report: Report): void {
  const random = createRandom(1);
  const centres = Array.from({ length: 200 }, () => gaussian(random));
  const near = (i: number): Float32Array =>
    gaussian(random).map((value, d) => 0.8 * value + (centres[i % 200]?.[d] ?? 0));
  const search = new HnswSearch({ dimensions: DIMENSIONS, distance: 'cosine', ...HNSW });
  const indexer = new Indexer({ dimensions: DIMENSIONS, search: new HnswSearch({ dimensions: DIMENSIONS, ...HNSW }) });
  const bare = new hnswlib.HierarchicalNSW('cosine', DIMENSIONS);
  bare.initIndex({ maxElements: VECTORS, m: HNSW.M, efConstruction: HNSW.efConstruction, randomSeed: 100 });
  bare.setEf(HNSW.efSearch);
  for (let i = 0; i < VECTORS; i++) {
    const vector = near(i);
    search.add(vector, i);
    indexer.add(vector, { label: i % 200 });
    bare.addPoint(Array.from(vector), i);
  }
  const times = { search: [] as number[], indexer: [] as number[], bare: [] as number[] };
  for (let q = 0; q < QUERIES; q++) {
    const query = near(q);
    times.search.push(milliseconds(() => search.lookup(query, K)));
    times.bare.push(milliseconds(() => bare.searchKnn(Array.from(query), K)));
    times.indexer.push(milliseconds(() => indexer.singleLookup(query, K)));
  }
  const reference = median(times.bare);
  const size = `${VECTORS.toLocaleString('en-US')} × ${DIMENSIONS}`;
  for (const [what, values] of [
    ['HNSW search', times.search],
    ['indexer with memory store', times.indexer],
  ] as const) {
    const value = median(values);
    const metric = `${what}: lookup, ${size}, against hnswlib alone`;
    report({ bench: 'similarity', metric, value, unit: 'ms', reference, ratio: value / reference });
  }
  indexer.close();
}

/** Standard normal numbers (Box–Muller). */
function gaussian(random: Random): Float32Array {
  return Float32Array.from(
    { length: DIMENSIONS },
    () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next()),
  );
}
