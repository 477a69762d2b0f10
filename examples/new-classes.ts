// Learns from eight digits, then tells the two apart that it never saw: new classes need no training, only examples.
import { mkdirSync, writeFileSync } from 'node:fs';
import * as similarity from 'semblance/similarity';
import { loadDigits } from './digits.ts';

await similarity.useBackend('wasm');
const trained = loadDigits(0, 300, [0, 1, 2, 3, 4, 5, 6, 7]);
const model = similarity.convNetSim({ inputShape: [28, 28, 1], filters: [16, 32], embeddingSize: 64, seed: 1 });
model.compile({ optimizer: 'adam', loss: 'multisim_loss' });
// Crops keep the model from looking only at what tells these eight digits apart.
const crop = new similarity.RandomCropAndResize({ height: 28, width: 28, areaRange: [0.6, 1] });
const augmenter = new similarity.ContrastiveAugmenter(crop);
const batches = { classesPerBatch: 8, examplesPerClassPerBatch: 6, stepsPerEpoch: 40, augmenter, seed: 1 };
const sampler = new similarity.MultiShotMemorySampler({ ...trained, ...batches });
await model.fit(sampler, { epochs: 2, verbose: true });

await model.index(trained.x, trained.y);
const added = loadDigits(0, 300, [8, 9]);
await model.index(added.x, added.y);

const queries = loadDigits(700, 800, [8, 9]);
console.log('8s and 9s, looked up among all ten digits:');
console.log(await model.evaluateRetrieval(queries.x, queries.y, ['precision@1']));

const shown = loadDigits(700, 740);
const embeddings = await model.predict(shown.x);
mkdirSync('out/examples', { recursive: true });
const title = 'Digits, the 8s and 9s among them never seen in training';
const page = similarity.projector(embeddings, { labels: shown.y, images: shown.images, title });
writeFileSync('out/examples/new-classes.html', page);
