// Learns from digits without a label, by SimCLR: two crops of one picture are to be alike. Shows what its features gained.
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers';
import * as similarity from 'semblance/similarity';
import { loadDigits } from './digits.ts';

await similarity.useBackend('wasm');
const [pictures, known, queries] = [loadDigits(0, 300), loadDigits(0, 100), loadDigits(600, 700)];
const kernelInitializer = initializers.heUniform({ seed: 1 });
const convolution = { kernelSize: 3, strides: 2, activation: 'relu', kernelInitializer } as const;
const backbone = sequential({
  layers: [
    layers.conv2d({ ...convolution, filters: 16, inputShape: [28, 28, 1] }),
    layers.conv2d({ ...convolution, filters: 32 }),
    layers.conv2d({ ...convolution, filters: 64 }),
    similarity.generalizedMeanPooling2d(),
  ],
});
const projector = similarity.getProjector({ inputDim: 64, dim: 128, numLayers: 2, seed: 1 });
const model = similarity.createContrastiveModel({ backbone, projector, algorithm: 'simclr', seed: 1 });
model.compile({ optimizer: 'adam' });

const before = await accuracyOfNeighbors();
const crop = new similarity.RandomCropAndResize({ height: 28, width: 28, areaRange: [0.3, 1] });
const augmenter = new similarity.ContrastiveAugmenter(crop);
const views = { x: pictures.x, augmenter, examplesPerBatch: 96, stepsPerEpoch: 30, seed: 1 };
await model.fit(new similarity.SingleShotMemorySampler(views), { epochs: 2, verbose: true });
console.log({ untrained: before, trained: await accuracyOfNeighbors() });

/** The share of queries whose nearest neighbor is of the same class; labels are used for this alone. */
async function accuracyOfNeighbors(): Promise<number> {
  model.resetIndex();
  await model.index(known.x, known.y);
  const { 'precision@1': accuracy = 0 } = await model.evaluateRetrieval(queries.x, queries.y, ['precision@1']);
  return accuracy;
}
