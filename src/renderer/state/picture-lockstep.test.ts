import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  inPane,
  moved,
  panned,
  placedPair,
  turnedWords,
  WHOLE_VIEW,
  zoomed,
  type Affine,
  type LockstepView,
} from './picture-lockstep.ts';

const side = fc.integer({ min: 20, max: 6000 });
const size = fc.record({ width: side, height: side });
const pane = fc.record({ width: fc.integer({ min: 50, max: 900 }), height: fc.integer({ min: 50, max: 900 }) });
const fraction = fc.double({ min: 0, max: 1, noNaN: true });
/** A part of the first, as it is, mirrored, or turned. */
const alignment = fc
  .record({
    width: fc.double({ min: 0.5, max: 1.4, noNaN: true }),
    height: fc.double({ min: 0.5, max: 1.4, noNaN: true }),
    x: fraction,
    y: fraction,
    turned: fc.boolean(),
    mirrored: fc.boolean(),
  })
  .map(({ width, height, x, y, turned, mirrored }): Affine => {
    const across = mirrored ? -width : width;
    return turned ? [0, across, height, 0, x, y] : [across, 0, 0, height, x, y];
  });
const step = fc.oneof(
  fc.record({ dx: fc.integer({ min: -500, max: 500 }), dy: fc.integer({ min: -500, max: 500 }) }),
  fc.record({ factor: fc.double({ min: 0.2, max: 5, noNaN: true }) }),
);

function after(steps: readonly ({ dx: number; dy: number } | { factor: number })[], of: Parameters<typeof panned>) {
  let view: LockstepView = of[0];
  for (const one of steps) {
    view = 'factor' in one ? zoomed(view, of[1], of[2], one.factor) : panned(view, of[1], of[2], one.dx, one.dy);
  }
  return view;
}

it('shows what two pictures share in one place of both panes, however they are zoomed and moved', () => {
  fc.assert(
    fc.property(size, size, alignment, pane, fc.array(step, { maxLength: 6 }), fraction, fraction, (...drawn) => {
      const [a, b, matrix, room, steps, u, v] = drawn;
      const [first, second] = placedPair(a, b, matrix);
      const view = after(steps, [WHOLE_VIEW, first, room, 0, 0]);
      const there = moved(matrix, u, v);
      const inFirst = moved(inPane(first, room, view), there.x, there.y);
      const inSecond = moved(inPane(second, room, view), u, v);
      expect(inSecond.x).toBeCloseTo(inFirst.x, 3);
      expect(inSecond.y).toBeCloseTo(inFirst.y, 3);
    }),
  );
});

it('shows both pictures whole at first, and the same fractions of two that are not aligned', () => {
  fc.assert(
    fc.property(size, size, fc.option(alignment), pane, (a, b, matrix, room) => {
      for (const placed of placedPair(a, b, matrix)) {
        const place = inPane(placed, room, WHOLE_VIEW);
        for (const [u, v] of [
          [0, 0],
          [1, 0],
          [0, 1],
          [1, 1],
        ] as const) {
          const { x, y } = moved(place, u, v);
          expect(x).toBeGreaterThan(-0.01);
          expect(x).toBeLessThan(room.width + 0.01);
          expect(y).toBeGreaterThan(-0.01);
          expect(y).toBeLessThan(room.height + 0.01);
        }
      }
    }),
  );
  const view = { x: 0.3, y: 0.6, zoom: 4 };
  for (const placed of placedPair({ width: 400, height: 300 }, { width: 90, height: 120 }, null)) {
    const { x, y } = moved(inPane(placed, { width: 200, height: 100 }, view), 0.3, 0.6);
    expect([x, y]).toEqual([100, 50]);
  }
});

it('keeps what is under the pointer there while it enlarges, and never leaves the pictures', () => {
  const [placed] = placedPair({ width: 4000, height: 3000 }, { width: 400, height: 300 }, null);
  const room = { width: 400, height: 300 };
  const at = { x: 100, y: -60 };
  const before = { x: 0.5, y: 0.5, zoom: 2 };
  const now = zoomed(before, placed, room, 3, at);
  const seen = (view: LockstepView) => ({ x: view.x + at.x / (400 * view.zoom), y: view.y + at.y / (300 * view.zoom) });
  expect(seen(now).x).toBeCloseTo(seen(before).x, 6);
  expect(seen(now).y).toBeCloseTo(seen(before).y, 6);
  expect(now.zoom).toBe(6);
  const corner = panned(now, placed, room, 1e6, 1e6);
  expect(corner.x).toBeCloseTo(1 / 12, 6);
  expect(corner.y).toBeCloseTo(1 / 12, 6);
  expect(zoomed(now, placed, room, 1e-3)).toEqual(WHOLE_VIEW);
});

it('says what was done to the second', () => {
  expect(turnedWords(null)).toBe('');
  expect(turnedWords([0.8, 0, 0, 0.8, 0.1, 0.1])).toBe('');
  expect(turnedWords([-1, 0, 0, 1, 1, 0])).toBe('mirrored');
  expect(turnedWords([-1, 0, 0, -1, 1, 1])).toBe('turned');
  expect(turnedWords([0, -1, 1, 0, 0, 1])).toBe('turned');
  expect(turnedWords([0, 1, 1, 0, 0, 0])).toBe('turned and mirrored');
});
