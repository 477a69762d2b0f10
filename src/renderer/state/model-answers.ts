import { modelAnswers, type ModelAnswers, type ModelQuestion } from '../../contract/encoder-schemas.ts';

/** What a form holds: text, a number, or null of an empty field of numbers. */
export type GivenAnswers = Partial<Record<ModelQuestion['key'], string | number | null>>;

/** What is filled in at first: what fits most models. */
export function suggestedAnswers(needs: readonly ModelQuestion[]): GivenAnswers {
  return Object.fromEntries(
    needs.map(({ key, choices, suggestion }) => [
      key,
      choices === null ? Number(suggestion ?? 224) : (suggestion ?? choices[0] ?? ''),
    ]),
  );
}

/** The answers as the service takes them; null while one is missing or out of range. */
export function answersOf(needs: readonly ModelQuestion[], given: GivenAnswers): ModelAnswers | null {
  const asked = Object.fromEntries(needs.map(({ key }) => [key, given[key]]));
  if (Object.values(asked).some((value) => value === undefined || value === null || value === '')) return null;
  const answers = modelAnswers.safeParse(asked);
  return answers.success ? answers.data : null;
}
