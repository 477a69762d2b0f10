import type { IndexProgress } from './schemas.ts';

/** A look through what changed on disk that has found nothing to read yet: it goes on without a word, and gives way by itself. */
export function isUnseen({ quiet, state, found, unchanged, failed }: IndexProgress): boolean {
  return quiet && (state === 'scanning' || (state === 'indexing' && found <= unchanged + failed));
}
