import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Test files that take the processor for the longest, in that order. One that begins among the last runs on with nothing beside it, and
 * neither size nor name tells which those are: the examples of `src/similarity` are fifty lines and a minute.
 */
const LONGEST = [
  'real-photos',
  'deep-version',
  'deep-teaching',
  'teaching',
  'similarity-examples',
  'compute-software-gpu',
  'faults',
  'videos',
  'command-line',
  'indexing',
  'neighbors',
  'encoder-switch',
  'search',
  'clusters',
  'duplicates',
  'adapting',
  'map',
  'file-actions',
  'jobs',
  // beside the code
  'contrastive-model',
  'teach-groups',
  'groups',
  'losses',
  'difference-image',
  'architectures',
].map((name) => `${name}.test.ts`);

function place({ moduleId }: TestSpecification): number {
  const at = LONGEST.indexOf(basename(moduleId));
  return at < 0 ? LONGEST.length : at;
}

/** Begins with the files that take longest. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}
