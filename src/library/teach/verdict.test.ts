import { describe, expect, it } from 'vitest';
import type { Comparison, Estimate } from '../../contract/teach-schemas.ts';
import type { TeachingEvaluation } from './evaluate-teaching.ts';
import type { LabelledGroup } from './labelled-groups.ts';
import { judgeTeaching, judgeTuning } from './verdict.ts';

const groups = (size: number): LabelledGroup[] =>
  ['Receipts', 'Dog'].map((name, id) => ({
    id: id + 1,
    name,
    members: Array.from({ length: size + id }, (_, i) => 100 * id + i + 1),
    refused: [],
  }));

const around = (mean: number, half = 0.03): Estimate => ({ mean, low: mean - half, high: mean + half });
const comparison = (before: number, after: number, half = 0.03): Comparison => ({
  before: around(before, half),
  after: around(after, half),
  change: around(after - before, half),
});

/** One that is clearly better, changed by `changes`. */
function evaluation(changes: Partial<TeachingEvaluation> = {}): TeachingEvaluation {
  const better = comparison(0.5, 0.7);
  return {
    queries: 40,
    measures: { p1: comparison(0.8, 0.82), p10: better, map10: better, recall: better },
    chance: 0.2,
    byGroup: [
      { group: 0, queries: 20, before: 0.6, after: 0.9 },
      { group: 1, queries: 20, before: 0.4, after: 0.5 },
    ],
    general: { untaught: comparison(0.5, 0.5), samePairs: comparison(1, 1, 0), kept: around(0.7) },
    perQuery: [],
    ...changes,
  };
}

const measured = (changes: Partial<TeachingEvaluation['measures']>): Partial<TeachingEvaluation> => ({
  measures: { ...evaluation().measures, ...changes },
});
const general = (changes: Partial<TeachingEvaluation['general']>): Partial<TeachingEvaluation> => ({
  general: { ...evaluation().general, ...changes },
});

describe('judgeTeaching', () => {
  it('takes what is better beyond its interval and not worse in general', () => {
    const { activate, reason, sentence, advice } = judgeTeaching(groups(10), evaluation());
    expect({ activate, reason, advice }).toEqual({ activate: true, reason: 'BETTER', advice: [] });
    expect(sentence).toMatch(/5\.0 were right before and 7\.0 are now, on 40 pictures/);
  });

  it.each([
    ['TOO_FEW', evaluation({ queries: 19 })],
    ['NOT_BETTER', evaluation(measured({ map10: comparison(0.5, 0.52) }))],
    ['CHANCE', evaluation(measured({ p10: comparison(0.2, 0.25) }))],
    ['FIRST_WORSE', evaluation(measured({ p1: comparison(0.8, 0.7) }))],
    ['GENERAL_WORSE', evaluation(general({ untaught: comparison(0.5, 0.45) }))],
    ['COPIES_LOST', evaluation(general({ samePairs: comparison(1, 0.95, 0) }))],
  ] as const)('keeps the old model: %s', (expected, found) => {
    const { activate, reason, sentence, advice } = judgeTeaching(groups(10), found);
    expect({ activate, reason }).toEqual({ activate: false, reason: expected });
    expect(sentence).toMatch(/^[A-Z].*\.$/);
    // the group that is found worst comes first, and goes to its next step
    expect(advice[0]?.sentence).toBe('5 more pictures of Dog');
  });

  it('does not believe three a group, whatever came of it', () => {
    expect(judgeTeaching(groups(3), evaluation()).reason).toBe('TOO_FEW');
  });

  it('does not mind groups that were not taught getting worse within chance', () => {
    expect(judgeTeaching(groups(10), evaluation(general({ untaught: comparison(0.5, 0.47, 0.05) }))).activate).toBe(
      true,
    );
  });
});

describe('judgeTuning', () => {
  it('takes a tuned encoder only where a head alone finds less', () => {
    const headAlone = (map10: number) => evaluation(measured({ map10: comparison(0.5, map10) }));
    expect(judgeTuning(groups(10), evaluation(), headAlone(0.69))).toMatchObject({ activate: true, reason: 'BETTER' });
    const verdict = judgeTuning(groups(10), evaluation(), headAlone(0.7));
    expect(verdict).toMatchObject({ activate: false, reason: 'NOT_BETTER' });
    expect(verdict.sentence).toContain('Without the last layers');
    const first = evaluation(measured({ map10: comparison(0.5, 0.6), p1: comparison(0.8, 0.99) }));
    expect(judgeTuning(groups(10), evaluation(), first)).toMatchObject({ activate: false, reason: 'FIRST_WORSE' });
    const worse = evaluation({ queries: 3 });
    expect(judgeTuning(groups(10), worse, headAlone(0.1))).toMatchObject({ reason: 'TOO_FEW' });
  });
});
