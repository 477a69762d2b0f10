import type { ClusterQuestion, PictureCluster } from '../../contract/explore-schemas.ts';
import { counted, number } from './phrases.ts';

/** What a cluster is called: by its name, else by what it could be called. */
export function clusterTitle({ key, named, proposedName }: PictureCluster): string {
  if (named !== null) return named.name;
  return key === 'alone' ? 'Like nothing else' : (proposedName ?? 'No name yet');
}

/** What is known of it, beside its title. */
export function clusterNote({ pictures, loose, named }: PictureCluster): string {
  const parts = [counted(pictures, 'picture')];
  if (loose) parts.push('loosely related');
  if (named?.pinned === true) parts.push('pinned');
  return parts.join(', ');
}

export function questionSentence(question: ClusterQuestion): string {
  if (question.type === 'merge') return `${question.name} and ${question.otherName} look like one kind now.`;
  const [largest] = question.parts;
  return `${question.name} looks like ${number(question.parts.length)} kinds now; the largest has ${counted(largest?.pictures ?? 0, 'picture')}.`;
}

/** What can be answered: to do it, or to leave all as it is. */
export function questionAnswers(question: ClusterQuestion): { readonly yes: string; readonly no: string } {
  return question.type === 'merge'
    ? { yes: `Merge into ${question.name}`, no: 'Keep both' }
    : { yes: 'Only the largest keeps the name', no: 'Keep it as one' };
}
