import { describe, expect, it } from 'vitest';
import {
  EVENT_HEIGHT,
  eventsBetween,
  MONTH_HEIGHT,
  monthAt,
  monthOf,
  monthOfKey,
  timelineLayout,
  topOfEvent,
} from './timeline-layout.ts';

const MONTHS = [
  { month: '2019-05', events: 3, pictures: 30 },
  { month: '2019-01', events: 1, pictures: 2 },
];

describe('the layout of a timeline', () => {
  const layout = timelineLayout(MONTHS);
  const second = MONTH_HEIGHT + 3 * EVENT_HEIGHT;

  it('has a heading a month and a row an event', () => {
    expect(layout).toMatchObject({ height: 2 * MONTH_HEIGHT + 4 * EVENT_HEIGHT, events: 4 });
    expect(layout.months.map(({ top, first }) => [top, first])).toEqual([
      [0, 0],
      [second, 3],
    ]);
    expect(topOfEvent(layout, 2)).toBe(MONTH_HEIGHT + 2 * EVENT_HEIGHT);
    expect(topOfEvent(layout, 3)).toBe(second + MONTH_HEIGHT);
  });

  it('knows the month of a height and of an event', () => {
    expect([-5, 0, second - 1, second, 1e6].map((y) => monthAt(layout, y))).toEqual([0, 0, 0, 1, 1]);
    expect([0, 2, 3].map((event) => monthOf(layout, event))).toEqual([0, 0, 1]);
  });

  it('knows which events lie between two heights', () => {
    expect(eventsBetween(layout, 0, EVENT_HEIGHT)).toEqual([0]);
    expect(eventsBetween(layout, MONTH_HEIGHT + EVENT_HEIGHT, 1e6)).toEqual([1, 2, 3]);
    expect(eventsBetween(timelineLayout([]), 0, 100)).toEqual([]);
  });
});

describe('the keys of the scrubber', () => {
  const layout = timelineLayout(
    ['2020-03', '2020-01', '2019-12', '2018-05', '2018-04'].map((month) => ({ month, events: 1, pictures: 1 })),
  );
  it.each([
    [0, 'ArrowDown', 1],
    [4, 'ArrowDown', 4],
    [0, 'ArrowUp', 0],
    [0, 'PageDown', 2],
    [2, 'PageDown', 3],
    [3, 'PageDown', 4],
    [4, 'PageUp', 2],
    [1, 'PageUp', 0],
    [1, 'End', 4],
    [4, 'Home', 0],
    [2, 'a', null],
  ])('from month %i %s goes to %s', (month, key, to) => {
    expect(monthOfKey(layout, month, key)).toBe(to);
  });
});
