import { ORPCError } from '@orpc/client';
import { expect, it, vi } from 'vitest';
import { eventOf } from './answers.test-fixture.ts';
import { FakeService } from './fake-service.test-fixture.ts';
import { TimelineState } from './timeline.svelte.ts';

async function connected() {
  const service = new FakeService();
  service.timeline = {
    version: 1,
    pictures: 60,
    byFileTime: 0,
    events: 30,
    months: [{ month: '2019-05', events: 30, pictures: 60 }],
  };
  service.events = Array.from({ length: 30 }, (_, i) => eventOf({ picture: 100 + i }));
  const told: string[] = [];
  const timeline = new TimelineState({ problem: (sentence) => told.push(sentence) });
  void timeline.connect(service.client());
  timeline.open();
  await vi.waitFor(() => expect(timeline.phase).toBe('ready'));
  return { service, timeline, told };
}

it('asks for events as they come into view, each part once', async () => {
  const { service, timeline } = await connected();
  await timeline.show([0, 1, 2]);
  await timeline.show([2, 3, 23, 24]);
  expect(service.asked.filter((name) => name.startsWith('events'))).toEqual(['events 0', 'events 24']);
  expect(timeline.events.get(24)).toMatchObject({ picture: 124 });
  expect(timeline.events.size).toBe(30);
});

it('forgets events with another timeline, and keeps them with the same', async () => {
  const { service, timeline } = await connected();
  await timeline.show([0]);
  await timeline.load(true);
  expect(timeline.events.size).toBe(24);
  service.timeline = { ...service.timeline, version: 2 };
  await timeline.load(true);
  expect(timeline.events.size).toBe(0);
});

it('asks for another timeline where the one that is shown is outdated', async () => {
  const { service, timeline } = await connected();
  service.refusals.set('events 0', new ORPCError('EXPLORED_CHANGED', { data: { detail: '' } }));
  const before = service.asked.filter((name) => name === 'timeline').length;
  await timeline.show([0]);
  await vi.waitFor(() => expect(service.asked.filter((name) => name === 'timeline').length).toBe(before + 1));
});

it('opens an event by a picture, and says where it is gone', async () => {
  const { service, timeline } = await connected();
  await timeline.openEvent(103);
  expect(timeline.opened).toMatchObject({ event: { picture: 103 }, pictures: [103, 104] });
  service.refusals.set('eventOf 7', new ORPCError('PICTURE_UNKNOWN', { data: { detail: '7' } }));
  await timeline.openEvent(7);
  expect(timeline.isGone).toBe(true);
  expect(timeline.opened).toBeNull();
});
