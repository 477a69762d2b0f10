import { ORPCError } from '@orpc/client';
import { expect, it } from 'vitest';
import type { DuplicatePicture } from '../../contract/explore-schemas.ts';
import { ComparedPair } from './compared-pair.svelte.ts';
import { FakeService } from './fake-service.test-fixture.ts';

function pictureOf(id: number, name: string): DuplicatePicture {
  const facts = { bytes: 10, width: 40, height: 30, format: 'jpeg', takenAt: null, kind: 'resized' } as const;
  const rest = { modifiedAt: '2026-01-01T00:00:00.000Z', sharpness: null, blurred: false };
  return { id, hash: 'a'.repeat(64), paths: [`/photos/${name}`], ...facts, ...rest };
}

function pair() {
  const service = new FakeService();
  return { service, compared: new ComparedPair(service.client(), [pictureOf(1, 'a.jpg'), pictureOf(2, 'b.jpg')]) };
}

it('shows the same fractions of both until it is known how they lie, and says where one is turned', async () => {
  const { service, compared } = pair();
  expect(compared.placed[1].matrix).toEqual([1, 0, 0, 1, 0, 0]);
  service.alignment = [-1, 0, 0, 1, 1, 0];
  await compared.align();
  expect(service.asked).toContain('alignment 1 2');
  expect(compared.placed[1].matrix).toEqual([-1, 0, 0, 1, 1, 0]);
  expect(compared.words).toBe('Side by side. b.jpg is mirrored; it is shown as the other one is.');
});

it('flips from one to the other in place', () => {
  const { compared } = pair();
  compared.flip();
  expect(compared.words).toBe('b.jpg alone.');
  compared.flip();
  expect(compared.words).toBe('a.jpg alone.');
  compared.view = { x: 0.5, y: 0.5, zoom: 2.04 };
  compared.flip();
  expect(compared.words).toBe('b.jpg alone, enlarged 2 times.');
});

it('asks once what differs, and says how much', async () => {
  const { service, compared } = pair();
  await compared.mark();
  expect(compared.words).toBe('Side by side. 3 % of the picture differs.');
  await compared.mark();
  expect(compared.words).toBe('Side by side.');
  await compared.mark();
  expect(service.asked.filter((one) => one === 'difference 1 2')).toHaveLength(1);
  expect(compared.differenceAddress).toBe('photo://difference/1-2');
});

it('says why nothing can be said', async () => {
  const { service, compared } = pair();
  service.refusals.set('difference 1 2', new ORPCError('PICTURES_DIFFER', { data: { detail: '' } }));
  await compared.mark();
  expect(compared.marked).toBe(false);
  expect(compared.problem).toBe('These two pictures cannot be laid on each other: they do not show the same.');
});
