/** Groups at their limits, through the whole of teaching. With `SEMBLANCE_LIMITS=1` they are 500, and one of 50,000: three minutes. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { builtinModel } from '../../src/compute/encoder.ts';
import { loadProjection } from '../../src/compute/projection.ts';
import { makeLibrary } from '../../src/cli/bench/generated-library.ts';
import type { ServiceClient } from '../../src/contract/contract.ts';
import { FeatureStore } from '../../src/library/catalog/feature-store.ts';
import { libraryPaths } from '../../src/library/library-folder.ts';
import { openLibrary, temporaryFolder } from '../fixtures/library.ts';
import { until } from '../fixtures/teaching.ts';

const FULL = process.env['SEMBLANCE_LIMITS'] !== undefined;
const KINDS = FULL ? 500 : 120;
const EACH = 2;
/** Pictures of a kind that some groups take. */
const MOST_OF_KIND = 4;
const LARGE = FULL ? 50_000 : 600;
const SIZE = Math.max(KINDS * MOST_OF_KIND, LARGE + 100) + 2;
/** Pictures whose features are gone, as of files that were never read. */
const UNREAD = [SIZE - 1, SIZE];

const range = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i);
/** Ids of pictures of one planted kind. */
const ofKind = (kind: number, count: number): number[] => Array.from({ length: count }, (_, i) => 1 + kind + i * KINDS);

async function withGroups(
  client: ServiceClient,
  groups: Readonly<Record<string, readonly number[]>>,
  work: () => Promise<void>,
): Promise<void> {
  const ids: number[] = [];
  for (const [name, pictures] of Object.entries(groups)) {
    const { group } = await client.groups.create({ name, pictures: [...pictures] });
    ids.push(group?.id ?? 0);
  }
  await work();
  for (const id of ids) await client.groups.remove({ id });
}

async function opened(): Promise<ServiceClient> {
  const library = join(await temporaryFolder(), 'library');
  await makeLibrary(library, SIZE, KINDS);
  const store = new FeatureStore(libraryPaths(library).features, builtinModel().id, loadProjection().id);
  store.drop(UNREAD);
  store.close();
  const { client, service } = await openLibrary(library);
  await service.settled();
  return client;
}

test('whatever groups hold, teaching gives a result or one clear sentence', async () => {
  const client = await opened();
  const impossible = async (sentence: RegExp): Promise<void> => {
    expect(await client.teach.readiness()).toMatchObject({
      ready: false,
      sentence: expect.stringMatching(sentence) as string,
    });
    await expect(client.teach.start({})).rejects.toMatchObject({ code: 'TEACHING_IMPOSSIBLE' });
  };
  // the features lie there alone: the files of this library are nowhere, as on a drive that is away
  const taught = async () => {
    const event = await until(client, 'taught', () => client.teach.start({}));
    if (event.verdict?.activate === true) await until(client, 'swapped', () => Promise.resolve());
    return event;
  };

  await impossible(/no group with a picture yet/);
  await withGroups(client, { alone: ofKind(0, MOST_OF_KIND) }, () => impossible(/“alone” is the only group/));
  await withGroups(client, { one: [1], two: [2], three: [3] }, () => impossible(/Each group has one picture/));
  await withGroups(client, { same: ofKind(0, MOST_OF_KIND), again: ofKind(0, MOST_OF_KIND) }, () =>
    impossible(/hold the same pictures/),
  );
  await withGroups(client, { unread: UNREAD }, () => impossible(/None of the pictures in your groups could be read/));

  await withGroups(client, { unread: UNREAD, a: ofKind(0, MOST_OF_KIND), b: ofKind(1, MOST_OF_KIND) }, async () => {
    const { notices } = await client.teach.readiness();
    expect(notices).toEqual(['“unread” is left out: it has no picture that could be read.']);
    expect((await taught()).verdict?.reason).toMatch(/^[A-Z_]+$/);
  });

  const large = range(1, LARGE);
  await withGroups(client, { everything: large, rest: range(LARGE + 1, 50) }, async () => {
    const { notices, sentence } = await client.teach.readiness();
    expect(notices).toEqual([`Of the ${LARGE.toLocaleString('en')} pictures of “everything” 400 are taught.`]);
    expect(sentence).toMatch(/pictures in 2 groups will be taught/);
    // one of everything is told from nothing: whatever is found, the sentence says it
    expect((await taught()).verdict?.sentence).toMatch(/\.$/);
  });

  const many = Object.fromEntries(range(0, KINDS).map((kind) => [`kind ${kind}`, ofKind(kind, EACH)]));
  await withGroups(client, many, async () => {
    expect(await client.teach.readiness()).toMatchObject({ ready: true, groups: KINDS });
    const { evaluation, verdict } = await taught();
    expect(evaluation?.queries).toBeGreaterThan(200);
    expect(verdict).toMatchObject({ activate: false, reason: 'TOO_FEW' });
    expect(verdict?.advice[0]?.sentence).toMatch(/^6 more pictures of kind /);
  });
});
