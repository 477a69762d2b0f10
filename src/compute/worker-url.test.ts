import { expect, test } from 'vitest';
import { workerUrl } from './worker-url.ts';

test('in the source a program lies where its path says', () => {
  const from = 'file:///semblance/src/library/search/facets.ts';
  expect(workerUrl('./survey-worker', from).pathname).toBe('/semblance/src/library/search/survey-worker.ts');
  expect(workerUrl('../catalog/facets-worker', from).pathname).toBe('/semblance/src/library/catalog/facets-worker.ts');
});

test('what is built lies beside the chunk that asks, whatever folder it came from', () => {
  const from = 'file:///semblance/out/node/service-Cx3.js';
  expect(workerUrl('./survey-worker', from).pathname).toBe('/semblance/out/node/survey-worker.js');
  expect(workerUrl('../catalog/facets-worker', from).pathname).toBe('/semblance/out/node/facets-worker.js');
});
