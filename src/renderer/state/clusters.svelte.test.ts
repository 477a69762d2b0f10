import { ORPCError } from '@orpc/client';
import { expect, it, vi } from 'vitest';
import { clusterNote, clusterTitle, questionSentence } from './cluster-phrases.ts';
import { ClusterList, opened } from './clusters.svelte.ts';
import { clusterOf } from './answers.test-fixture.ts';
import { FakeService } from './fake-service.test-fixture.ts';

const BEACH = { id: 7, name: 'Beach', pinned: false, hidden: false };

async function connected() {
  const service = new FakeService();
  service.clusters = { ...service.clusters, clusters: [clusterOf({ key: 'n7', named: BEACH }), clusterOf({})] };
  const told: string[] = [];
  const undos: (() => void)[] = [];
  const clusters = new ClusterList({
    told: (sentence, undo) => {
      told.push(sentence);
      if (undo) undos.push(undo);
    },
    problem: (sentence) => told.push(sentence),
  });
  void clusters.connect(service.client());
  clusters.open();
  await vi.waitFor(() => expect(clusters.phase).toBe('ready'));
  return { service, clusters, told, undos };
}

it('finds a cluster again by its name, or by its most typical picture', async () => {
  const { clusters, service } = await connected();
  const [named, other] = clusters.shown;
  const places = [named, other].map((cluster) => opened(cluster ?? clusterOf({})));
  expect(places).toEqual([
    { kind: 'named', id: 7 },
    { kind: 'around', picture: 1 },
  ]);
  // worked out anew, the other one has another key
  service.clusters = {
    ...service.clusters,
    clusters: [clusterOf({ key: 'n7', named: BEACH }), clusterOf({ key: 'c4' })],
  };
  await clusters.load(true);
  expect(places.map((place) => clusters.clusterAt(place)?.key)).toEqual(['n7', 'c4']);
  service.clusters = { ...service.clusters, clusters: [] };
  await clusters.load(true);
  expect(places.map((place) => clusters.clusterAt(place))).toEqual([null, null]);
});

it('names a cluster that has none, renames one that has, and does nothing for the same name', async () => {
  const { clusters, service, told, undos } = await connected();
  const [named = clusterOf({}), other = clusterOf({})] = clusters.shown;
  expect(await clusters.name(other, ' Sea ')).toEqual({ kind: 'named', id: 7 });
  await clusters.name(named, 'Shore');
  await clusters.name(named, 'Beach');
  await clusters.name(other, ' ');
  const changes = service.asked.filter((each) => /^(re)?name/.test(each));
  expect(changes).toEqual(['nameCluster c0 Sea', 'renameCluster 7 Shore']);
  expect(told).toEqual(['Did it.', 'Did it.']);
  undos[0]?.();
  await vi.waitFor(() => expect(service.asked).toContain('undoCluster 12'));
});

it('looks again where what it shows is older than what there is', async () => {
  const { clusters, service, told } = await connected();
  service.refusals.set('clusterPictures c0', new ORPCError('CLUSTERS_CHANGED', { data: { detail: '' } }));
  const before = service.asked.filter((each) => each.startsWith('clusters')).length;
  expect(await clusters.picturesOf(clusterOf({}))).toEqual([]);
  expect(told[0]).toContain('have changed');
  await vi.waitFor(() =>
    expect(service.asked.filter((each) => each.startsWith('clusters')).length).toBeGreaterThan(before),
  );
});

it('answers questions with yes and no', async () => {
  const { clusters, service } = await connected();
  const split = { type: 'split', cluster: 7, name: 'Beach', parts: [] } as const;
  const merge = { type: 'merge', cluster: 7, name: 'Beach', other: 9, otherName: 'Sea' } as const;
  for (const question of [{ ...split, parts: [] }, merge]) {
    await clusters.answer(question, true);
    await clusters.answer(question, false);
  }
  const answers = service.asked.filter((each) => /^(answerSplit|merge|keepApart)/.test(each));
  expect(answers).toEqual(['answerSplit 7 split', 'answerSplit 7 keep', 'merge 9 7', 'keepApart 7 9']);
});

it('says in words what a cluster is, and what is asked', () => {
  expect(clusterTitle(clusterOf({ named: BEACH }))).toBe('Beach');
  expect(clusterTitle(clusterOf({ proposedName: 'August 2019' }))).toBe('August 2019');
  expect(clusterTitle(clusterOf({}))).toBe('No name yet');
  expect(clusterTitle(clusterOf({ key: 'alone' }))).toBe('Like nothing else');
  expect(clusterNote(clusterOf({ pictures: 1, loose: true }))).toBe('1 picture, loosely related');
  const part = (pictures: number) => ({ pictures, typical: [] });
  expect(questionSentence({ type: 'split', cluster: 7, name: 'Beach', parts: [part(40), part(20)] })).toBe(
    'Beach looks like 2 kinds now; the largest has 40 pictures.',
  );
});
