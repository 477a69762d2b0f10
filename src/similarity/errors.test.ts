import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { SIMILARITY_ERRORS, SimilarityError } from './errors.ts';

describe('the errors of the similarity module', () => {
  it('have an entry each in docs/errors.md, which names no other', async () => {
    const page = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8');
    const section = page.split('## Errors of the similarity module')[1] ?? '';
    const documented = [...section.matchAll(/^\| `([A-Z_]+)` *\|/gm)].map(([, code]) => code).sort();
    expect(documented).toEqual(Object.keys(SIMILARITY_ERRORS).sort());
  });

  it('name the argument, what is wrong with it, what was expected and its shape', () => {
    const error = new SimilarityError('WRONG_RANK', 'embeddings', {
      expected: '2 dimensions were expected',
      shape: [3, null],
    });
    expect(error.message).toBe(
      'embeddings has another number of dimensions than was asked for: 2 dimensions were expected (its shape is [3, null])',
    );
    expect(error).toMatchObject({ code: 'WRONG_RANK', argument: 'embeddings', shape: [3, null] });
  });
});
