import { expect, it, vi } from 'vitest';
import { readinessOf, suggestionOf, teachProgressOf, versionOf } from './answers.test-fixture.ts';
import { FakeService } from './fake-service.test-fixture.ts';
import { Labelling } from './labelling.ts';
import { Suggested } from './suggested.svelte.ts';
import { Teaching } from './teaching.svelte.ts';

async function connected() {
  const service = new FakeService();
  service.readiness = readinessOf({ changedSince: 12 });
  service.models = [versionOf({ id: 'taught', active: true }), versionOf({ id: 'base', kind: 'base', active: false })];
  const told: string[] = [];
  const teaching = new Teaching(() => [1, 2, 3], { told: (sentence) => told.push(sentence) });
  void teaching.connect(service.client());
  await vi.waitFor(() => expect(teaching.readiness).not.toBeNull());
  return { service, teaching, told };
}

it('teaches all groups, or those that are chosen', async () => {
  const { service, teaching } = await connected();
  await teaching.start();
  teaching.choose(2, false);
  await teaching.start();
  expect(service.asked.filter((each) => each.startsWith('teach '))).toEqual(['teach head', 'teach head 1,3']);
});

it('trains the last layers where it can, and says what that takes', async () => {
  const { service, teaching } = await connected();
  const asked = teaching.setDeep(true);
  expect(teaching).toMatchObject({ deep: true, deepEstimate: null });
  await asked;
  expect(teaching.deepEstimate).toMatchObject({ seconds: 90 });
  await teaching.start();
  expect(service.asked.filter((each) => each.startsWith('teach '))).toEqual(['teach deep']);
  service.deepEstimate = { ...service.deepEstimate, possible: false, sentence: 'Not with this encoder.' };
  await teaching.setDeep(true);
  expect(teaching).toMatchObject({ deep: false, deepEstimate: { sentence: 'Not with this encoder.' } });
});

it('shows what is under way, and nothing when it is over', async () => {
  const { service, teaching } = await connected();
  service.tellOfTeaching(teachProgressOf({ state: 'training', done: 0.4, sentence: 'Part 2 of 6' }));
  await vi.waitFor(() => expect(teaching.running).toMatchObject({ done: 0.4 }));
  void teaching.pause();
  expect(teaching.running).toMatchObject({ paused: true });
  service.tellOfTeaching(teachProgressOf({ revision: 2 }));
  await vi.waitFor(() => expect(teaching.running).toBeNull());
});

it('keeps suggestions in their places while they are answered', async () => {
  const { service } = await connected();
  service.suggestions = { ...service.suggestions, suggestions: [suggestionOf(5, 0.95), suggestionOf(6, 0.7)] };
  const suggested = new Suggested(new Labelling({}));
  suggested.connect(service.client());
  await suggested.open(1);
  expect(suggested.offered.map(({ id }) => id)).toEqual([5, 6]);
  expect(suggested.sure.map(({ id }) => id)).toEqual([5]);
  suggested.close();
  expect(suggested.offered).toEqual([]);
});
