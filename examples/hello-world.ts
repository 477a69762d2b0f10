// Learns what makes two handwritten digits alike, finds the five most like a new one, and draws them.
import { mkdirSync, writeFileSync } from 'node:fs';
import * as similarity from 'semblance/similarity';
import { loadDigits } from './digits.ts';

await similarity.useBackend('wasm');
const [known, queries] = [loadDigits(0, 400), loadDigits(700, 800)];
const batches = { classesPerBatch: 10, examplesPerClassPerBatch: 6, stepsPerEpoch: 60 };
const sampler = new similarity.MultiShotMemorySampler({ ...known, ...batches });
const model = similarity.convNetSim({ inputShape: [28, 28, 1], filters: [16, 32], embeddingSize: 64, seed: 1 });
model.compile({ optimizer: 'adam', loss: new similarity.MultiSimilarityLoss() });
await model.fit(sampler, { epochs: 2, verbose: true });

await model.index(known.x, known.y, known.images);
const neighbors = await model.singleLookup(queries.images[0], 5);
mkdirSync('out/examples', { recursive: true });
writeFileSync('out/examples/neighbors.svg', similarity.vizNeighbors(queries.images[0], queries.y[0], neighbors));
console.log(await model.evaluateRetrieval(queries.x, queries.y, ['precision@1']));
