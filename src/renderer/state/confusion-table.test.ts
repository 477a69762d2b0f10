import { expect, it } from 'vitest';
import { confusionRows, confusionSentences, picturesOfCell } from './confusion-table.ts';

const GROUPS = ['Beach', 'Coast', 'Dog'];
const AFTER = [
  { actual: 0, answered: 0, count: 15 },
  { actual: 0, answered: 1, count: 5 },
  { actual: 1, answered: 1, count: 9 },
  { actual: 1, answered: null, count: 1 },
  { actual: 2, answered: 2, count: 4 },
  { actual: 2, answered: 0, count: 1 },
];

it('has a row a group, with a column for what found none only where there is such', () => {
  const rows = confusionRows({ groups: GROUPS, after: AFTER });
  expect(rows.map(({ cells }) => cells.map(({ count }) => count))).toEqual([
    [15, 5, 0, 0],
    [0, 9, 0, 1],
    [1, 0, 4, 0],
  ]);
  expect(rows[0]?.cells[1]?.share).toBe(0.25);
  const whole = AFTER.filter(({ answered }) => answered !== null);
  expect(confusionRows({ groups: GROUPS, after: whole })[0]?.cells).toHaveLength(3);
  expect(confusionRows({ groups: ['Empty'], after: [] })[0]?.cells[0]?.share).toBe(0);
});

it('says what is taken for what, the most frequent first', () => {
  expect(confusionSentences({ groups: GROUPS, after: AFTER })).toEqual([
    '“Beach” is taken for “Coast” in 5 of 20.',
    '“Dog” is taken for “Beach” in 1 of 5.',
  ]);
  expect(confusionSentences({ groups: GROUPS, after: [] })).toEqual([]);
});

it('gives the pictures behind a cell', () => {
  const picture = (id: number, groups: number[], after: number | null) => {
    return { id, hash: String(id), groups, before: null, after };
  };
  const pictures = [picture(1, [0], 1), picture(2, [0], 0), picture(3, [1], null), picture(4, [0, 1], 1)];
  expect(picturesOfCell({ pictures }, 0, 1).map(({ id }) => id)).toEqual([1, 4]);
  expect(picturesOfCell({ pictures }, 1, null).map(({ id }) => id)).toEqual([3]);
});
