import { expect, it, vi } from 'vitest';
import { placeOf } from './answers.test-fixture.ts';
import { FakeService } from './fake-service.test-fixture.ts';
import { zoomed } from './earth-view.ts';
import { PlacesState } from './places.svelte.ts';

async function connected() {
  const service = new FakeService();
  const places = [placeOf({ picture: 3 }), placeOf({ picture: 9, latitude: 46.2, longitude: 6.14 })];
  const bounds = { south: 45.76, west: 4.84, north: 46.2, east: 6.14 };
  service.places = { km: 10, placed: 4, unplaced: 1, bounds, found: 2, places };
  const state = new PlacesState({});
  void state.connect(service.client());
  state.open();
  await vi.waitFor(() => expect(state.phase).toBe('ready'));
  return { service, state };
}

it('fits all places into the drawing as soon as that has a size, and asks for what is in view', async () => {
  const { service, state } = await connected();
  expect(state.view).toBeNull();
  state.resize({ width: 800, height: 0 });
  state.resize({ width: 800, height: 500 });
  await vi.waitFor(() => expect(state.view).not.toBeNull());
  expect(state.view?.latitude).toBeCloseTo(45.98, 1);
  expect(state.view?.longitude).toBeCloseTo(5.49, 2);
  await vi.waitFor(() => expect(service.asked.at(-1)).toMatch(/^places \d/));
});

it('asks in another scale when it is looked at closer, once it is still', async () => {
  const { service, state } = await connected();
  state.resize({ width: 800, height: 500 });
  await vi.waitFor(() => expect(service.asked.at(-1)).toMatch(/^places \d/));
  const asked = service.asked.length;
  for (let i = 0; i < 5; i++) {
    if (state.view) state.move(zoomed(state.view, state.size, 2, { x: 400, y: 250 }));
  }
  await vi.waitFor(() => expect(service.asked.length).toBe(asked + 1));
  expect(service.asked.at(-1)).toBe('places 0');
});

it('shows all places in another size of the drawing too, until it is moved', async () => {
  const { state } = await connected();
  state.resize({ width: 800, height: 500 });
  await vi.waitFor(() => expect(state.view).not.toBeNull());
  const around = state.view?.around ?? 0;
  state.resize({ width: 400, height: 250 });
  expect(state.view?.around).toBeCloseTo(around / 2);
  if (state.view) state.move(zoomed(state.view, state.size, 2, { x: 200, y: 125 }));
  state.resize({ width: 800, height: 500 });
  expect(state.view?.around).toBeCloseTo(around);
});

it('opens a place by a picture, at its scale', async () => {
  const { service, state } = await connected();
  await state.openPlace({ picture: 9, km: 3 });
  expect(service.asked.at(-1)).toBe('placeOf 9 3');
  expect(state.opened?.pictures).toEqual([9]);
});
