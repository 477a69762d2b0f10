import { describe, expect, it } from 'vitest';
import type { Comparison } from '../../../contract/teach-schemas.ts';
import { bootstrapMean } from '../bootstrap.ts';
import type { TeachingEvaluation } from '../evaluate-teaching.ts';
import { judgeAdapting } from './judge-adapting.ts';

const comparison = (before: number, after: number, half = 0.02): Comparison => {
  const around = (mean: number) => ({ mean, low: mean - half, high: mean + half });
  return { before: around(before), after: around(after), change: around(after - before) };
};

function evaluation(queries: number, map10: Comparison, p1 = comparison(0.8, 0.8)): TeachingEvaluation {
  return {
    queries,
    measures: { p1, p10: map10, map10, recall: map10 },
    chance: 0.2,
    byGroup: [],
    general: { untaught: null, samePairs: comparison(1, 1, 0), kept: bootstrapMean([0.8]) },
    perQuery: [],
  };
}

const nothing = evaluation(0, comparison(0, 0, 0));
const better = comparison(0.5, 0.6);

describe('judgeAdapting', () => {
  it.each([
    ['labels that are found better decide', evaluation(40, better), comparison(0.9, 0.9), 'BETTER'],
    [
      'labels that are not outweigh parts that are',
      evaluation(40, comparison(0.5, 0.51)),
      comparison(0.8, 0.9),
      'NOT_BETTER',
    ],
    ['too few labels say nothing', evaluation(19, comparison(0.5, 0.4)), comparison(0.8, 0.9), 'BETTER'],
    ['the first result counts', evaluation(40, better, comparison(0.8, 0.7)), comparison(0.9, 0.9), 'FIRST_WORSE'],
    ['parts found worse are no gain', evaluation(40, better), comparison(0.9, 0.8), 'GENERAL_WORSE'],
    ['parts within the interval are chance', nothing, comparison(0.9, 0.91), 'NOT_BETTER'],
    ['nothing to ask says nothing', nothing, null, 'TOO_FEW'],
  ] as const)('%s', (_, found, views, reason) => {
    const verdict = judgeAdapting(found, views);
    expect(verdict).toMatchObject({ reason, activate: reason === 'BETTER', advice: [] });
    expect(verdict.sentence).toMatch(/^[A-Z].*\.$/);
    expect(verdict.sentence).not.toMatch(/NaN|undefined|null/);
  });

  it('keeps what finds copies', () => {
    const lost = { ...nothing, general: { ...nothing.general, samePairs: comparison(1, 0.95, 0) } };
    expect(judgeAdapting(lost, comparison(0.8, 0.9)).reason).toBe('COPIES_LOST');
  });
});
