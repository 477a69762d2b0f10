// Learns from eight digits, then tells the two apart that it never saw: new classes need no training, only examples.
import * as similarity from 'semblance/similarity';
import { loadDigits } from './digits.ts';

await similarity.useBackend('wasm');
const trained = loadDigits(0, 600, [0, 1, 2, 3, 4, 5, 6, 7]);
const model = similarity.convNetSim({ inputShape: [28, 28, 1], filters: [16, 32], embeddingSize: 64, seed: 1 });
model.compile({ optimizer: 'adam', loss: 'multisim_loss' });
const batches = { classesPerBatch: 8, examplesPerClassPerBatch: 6, stepsPerEpoch: 120 };
const sampler = new similarity.MultiShotMemorySampler({ ...trained, ...batches, seed: 1 });
await model.fit(sampler, { epochs: 2, verbose: true });

await model.index(trained.x, trained.y);
const added = loadDigits(0, 600, [8, 9]);
await model.index(added.x, added.y);

const queries = loadDigits(600, 700, [8, 9]);
console.log('8s and 9s, looked up among all ten digits:');
console.log(await model.evaluateRetrieval(queries.x, queries.y, ['precision@1']));
