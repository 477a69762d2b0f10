/** Filters of a library that is large enough for a thread to find what they hold for. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeLibrary } from '../../src/cli/bench/generated-library.ts';
import { Catalog } from '../../src/library/catalog/catalog.ts';
import { libraryPaths } from '../../src/library/library-folder.ts';
import { matchingPictures } from '../../src/library/search/matching-pictures.ts';
import { temporaryFolder } from '../fixtures/library.ts';

test('in a large library a thread finds what a filter holds for, and it is kept until the catalog changes', async () => {
  const library = join(await temporaryFolder(), 'library');
  await makeLibrary(library, 10_500, 10, { drawn: true });
  const file = libraryPaths(library).catalog;
  const catalog = new Catalog(file);
  try {
    const filter = { placed: false };
    const found = await matchingPictures(catalog, file, filter);
    expect(found.size).toBe(10_500);
    expect([...found]).toEqual([...catalog.filters.matching(filter, null)]);
    // the same answer, not another like it
    expect(await matchingPictures(catalog, file, filter)).toBe(found);
    catalog.removePaths(catalog.sources.all()[0]?.id ?? 0, ['7.jpg']);
    const fewer = await matchingPictures(catalog, file, filter);
    expect(fewer.size).toBe(10_499);
    expect(fewer.has(8)).toBe(false);
    await expect(matchingPictures(catalog, file, { group: 99 })).rejects.toMatchObject({ code: 'GROUP_UNKNOWN' });
  } finally {
    catalog.close();
  }
});
