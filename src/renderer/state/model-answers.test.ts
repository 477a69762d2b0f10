import { describe, expect, it } from 'vitest';
import type { ModelQuestion } from '../../contract/encoder-schemas.ts';
import { answersOf, suggestedAnswers } from './model-answers.ts';

const needs: ModelQuestion[] = [
  { key: 'side', question: 'How wide?', choices: null, suggestion: '224' },
  { key: 'range', question: 'Which range?', choices: ['unit', 'imagenet'], suggestion: 'imagenet' },
  { key: 'output', question: 'Which output?', choices: ['first', 'second'], suggestion: null },
];

describe('answers to the questions about a model', () => {
  it('begin with what fits most models', () => {
    const given = suggestedAnswers(needs);
    expect(given).toEqual({ side: 224, range: 'imagenet', output: 'first' });
    expect(answersOf(needs, given)).toEqual({ side: 224, range: 'imagenet', output: 'first' });
  });

  it('are none while one is missing or impossible', () => {
    const given = suggestedAnswers(needs);
    for (const side of [null, undefined, 2, 12.5, 100_000]) {
      expect(answersOf(needs, { ...given, ...(side === undefined ? { side: '' } : { side }) })).toBeNull();
    }
    expect(answersOf(needs, { ...given, range: 'other' })).toBeNull();
  });
});
