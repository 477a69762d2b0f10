import { ORPCError } from '@orpc/client';
import { expect, it, vi } from 'vitest';
import type { DuplicateSet } from '../../contract/explore-schemas.ts';
import { decisionTitle, keepingFacts, setNote, setTitle } from './duplicate-phrases.ts';
import { DuplicateList } from './duplicates.svelte.ts';
import { FakeService } from './fake-service.test-fixture.ts';

function pictureOf(id: number, paths: string[]): DuplicateSet['pictures'][number] {
  const facts = { bytes: 10, width: 4, height: 3, format: 'jpeg', takenAt: null, kind: 'resized' } as const;
  const rest = { modifiedAt: '2026-01-01T00:00:00.000Z', sharpness: 1, blurred: false };
  return { id, hash: String(id).repeat(64), paths, ...facts, ...rest };
}

const SET: DuplicateSet = {
  kind: 'resized',
  reason: 'larger',
  pictures: [pictureOf(1, ['/photos/a.jpg']), pictureOf(2, ['/photos/b.jpg', '/photos/c.jpg'])],
};

async function connected() {
  const service = new FakeService();
  const pictures = [1, 2].map((id) => ({ id, hash: String(id).repeat(64), path: `/photos/${id}.jpg` }));
  const at = '2026-01-01T00:00:00.000Z';
  service.decisions = { total: 1, decisions: [{ id: 4, decision: 'not-duplicates', at, pictures }] };
  service.duplicates = { current: true, pictures: 9, sets: [SET] };
  const told: string[] = [];
  const undos: (() => void)[] = [];
  const duplicates = new DuplicateList({
    told: (sentence, undo) => {
      told.push(sentence);
      if (undo) undos.push(undo);
    },
    problem: (sentence) => told.push(sentence),
  });
  void duplicates.connect(service.client());
  duplicates.open();
  await vi.waitFor(() => expect(duplicates.phase).toBe('ready'));
  return { service, duplicates, told, undos };
}

it('shows sets, and names them by the picture to keep', async () => {
  const { duplicates } = await connected();
  expect(duplicates.sets).toEqual([SET]);
  expect(setTitle(SET)).toBe('a.jpg');
  expect(setNote(SET)).toBe('3 files, keep the first: larger');
});

it('decides about all pictures of a set, tells it, and takes it back', async () => {
  const { service, duplicates, told, undos } = await connected();
  await duplicates.decide(SET, 'not-duplicates');
  expect(service.asked).toContain('decideDuplicates not-duplicates 1,2');
  expect(told).toEqual(['Said so.']);
  undos[0]?.();
  await vi.waitFor(() => expect(service.asked).toContain('undoDecision 5'));
});

it('keeps another picture of a set, tells it, and takes it back', async () => {
  const { service, duplicates, told, undos } = await connected();
  await duplicates.keep(2);
  expect(service.asked).toContain('keepPicture 2');
  expect(told).toEqual(['Chose it.']);
  undos[0]?.();
  await vi.waitFor(() => expect(service.asked).toContain('undoDecision 6'));
});

it('shows what was decided, and takes it back', async () => {
  const { service, duplicates } = await connected();
  const [decision] = duplicates.decided.decisions;
  expect(decision && decisionTitle(decision)).toBe('Not duplicates');
  await duplicates.takeBack(decision?.id ?? 0);
  expect(service.asked).toContain('undoDecision 4');
});

it('says what helps to decide', () => {
  const [picture] = SET.pictures;
  const values = (more: Partial<DuplicateSet['pictures'][number]>): string[] =>
    picture ? keepingFacts({ ...picture, ...more }).map(({ name, value }) => `${name}: ${value}`) : [];
  expect(values({ takenAt: '2020-03-04T12:30:00' })).toEqual([
    'Size: 4 × 3 pixels',
    'File: JPEG, 10 bytes',
    'Taken: 4 March 2020 at 12:30',
    'Sharpness: the sharpest of the set',
  ]);
  expect(values({ sharpness: 0.404, blurred: true }).at(-1)).toBe('Sharpness: 40 % of the sharpest: clearly less');
  expect(values({ sharpness: null }).join()).not.toContain('Sharpness');
  expect(values({})[2]).toMatch(/^File date: \S+ \S+ 202[56] at/);
});

it('tells why something was refused, and why sets could not be found', async () => {
  const { service, duplicates, told } = await connected();
  service.refusals.set('decideDuplicates keep-both 1,2', new ORPCError('PICTURE_UNKNOWN', { data: { detail: '2' } }));
  await duplicates.decide(SET, 'keep-both');
  expect(told).toHaveLength(1);
  service.refusals.set('duplicates', new ORPCError('INTERNAL', { data: { detail: 'x' } }));
  await duplicates.load(true);
  expect(duplicates.phase).toBe('failed');
  expect(duplicates.problem).not.toBe('');
});
