import type { TeachingVerdict } from '../../contract/teach-schemas.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { VersionDescriptions } from './model-description.ts';
import type { TaughtModel } from './teach-task.ts';

interface AnsweringParts {
  readonly catalog: Catalog;
  readonly descriptions: VersionDescriptions;
}

/** Groups that are named in a sentence. */
const NAMED = 2;

/** Groups that the version that answers with an encoder was taught; none where it was taught none, or the encoder answers as it is. */
function groupsOfAnswering({ catalog, descriptions }: AnsweringParts, encoder: string) {
  const answering = catalog.models.active(encoder);
  return (answering === null ? null : descriptions.of(answering))?.groups ?? [];
}

/**
 * A teaching is compared with the untaught search. Where the version that answers knows groups that a new one was not taught, the new one
 * may be better than untaught and still worse than that: it does not take its place unasked.
 *
 * @param encoder id of the features that answer
 */
export function besideBroader(parts: AnsweringParts, encoder: string, model: TaughtModel): TaughtModel {
  const now = new Map(parts.catalog.labels.labelled().map(({ id, members }) => [id, members.length]));
  const taught = new Set(model.groups.map(({ id }) => id));
  const left = groupsOfAnswering(parts, encoder).filter(
    ({ id }) => id !== null && !taught.has(id) && (now.get(id) ?? 0) > 0,
  );
  if (left.length === 0) return model;
  const names = left.slice(0, NAMED).map(({ name }) => name);
  const more = left.length > NAMED ? [`${left.length - NAMED} more`] : [];
  const sentence = `What answers now also knows ${[...names, ...more].join(', ')}, which this was not taught; use it instead where you want to.`;
  return { ...model, verdict: keptAside(model.verdict, sentence) };
}

/** An adapting knows no groups: it does not take the place of what was taught. */
export function besideTaught(parts: AnsweringParts, encoder: string, model: TaughtModel): TaughtModel {
  if (groupsOfAnswering(parts, encoder).length === 0) return model;
  const sentence = 'What you taught goes on answering; use this instead where you want to.';
  return { ...model, verdict: keptAside(model.verdict, sentence) };
}

function keptAside(verdict: TeachingVerdict, why: string): TeachingVerdict {
  return verdict.activate ? { ...verdict, activate: false, sentence: `${verdict.sentence} ${why}` } : verdict;
}
