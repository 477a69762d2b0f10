import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { NO_METADATA, withSidecars, type PictureMetadata } from '../media/picture-metadata.ts';
import { Catalog } from './catalog.ts';

const folder = mkdtempSync(join(tmpdir(), 'semblance-metadata-'));
let count = 0;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MINUTE = 60_000;

/** What is in the pictures themselves, by id. */
const OWN: readonly PictureMetadata[] = [
  { ...NO_METADATA, rating: 1, keywords: ['own'], takenAt: '2019-07-04T00:00:00', takenFrom: 'exif' },
  { ...NO_METADATA, camera: 'A' },
];

interface Model {
  readonly files: Map<string, { readonly content: number; readonly mtimeMs: number }>;
  readonly sidecars: Map<string, { readonly metadata: PictureMetadata; readonly mtimeMs: number }>;
}

function lie(path: string, sidecar: string): boolean {
  const [folderA, a] = split(path);
  const [folderB, b] = split(sidecar);
  const folded = (name: string): string => name.normalize('NFC').toLowerCase();
  const stem = folded(b.slice(0, -4));
  return folderA === folderB && (stem === folded(a) || stem === folded(a.replace(/\.[^.]*$/, '')));
}

function split(path: string): [string, string] {
  const at = path.lastIndexOf('/');
  return [path.slice(0, Math.max(0, at)), path.slice(at + 1)];
}

function expected({ files, sidecars }: Model, content: number): PictureMetadata {
  const own = OWN[content - 1] ?? NO_METADATA;
  const beside = [...files]
    .filter(([, file]) => file.content === content)
    .flatMap(([path, file]) =>
      [...sidecars]
        .filter(([sidecar]) => lie(path, sidecar))
        .map(([, { metadata, mtimeMs }]) => ({ metadata, mtimeMs, outdated: file.mtimeMs > mtimeMs + MINUTE })),
    )
    .sort((a, b) => b.mtimeMs - a.mtimeMs);
  return beside.length === 0 ? own : withSidecars(own, beside);
}

test('whatever comes, changes, moves and goes, what counts of a picture is what it and the sidecars beside it say', () => {
  const path = fc.constantFrom('a.jpg', 'A.JPG', 'a.png', 'trip/a.jpg', 'b.jpg', 'Cd.jpg', 'e\u0301.jpg');
  const sidecar = fc.constantFrom('a.xmp', 'A.XMP', 'a.jpg.xmp', 'trip/a.xmp', 'b.jpg.xmp', 'cD.xmp', '\u00c9.XMP');
  const metadata = fc.record({
    rating: fc.constantFrom(null, 3, 5),
    keywords: fc.constantFrom([], ['sea'], ['Sea', 'sun']),
    title: fc.constantFrom(null, 'T'),
  });
  const step = fc.oneof(
    fc.record({ do: fc.constant('file' as const), path, content: fc.constantFrom(1, 2), late: fc.boolean() }),
    fc.record({ do: fc.constant('remove' as const), path }),
    fc.record({ do: fc.constant('sidecar' as const), sidecar, metadata }),
    fc.record({ do: fc.constant('unsidecar' as const), sidecar }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const catalog = new Catalog(join(folder, `${count++}.sqlite`));
      const { id: sourceId } = catalog.sources.add('/photos/inner', []);
      const model: Model = { files: new Map(), sidecars: new Map() };
      const known = new Set<number>();
      for (const [i, each] of steps.entries()) {
        // no two sidecars are of one time: which is the newest would be left open
        const now = i * 1000;
        if (each.do === 'file') {
          const mtimeMs = each.late ? now + 10 * MINUTE : now;
          const file = { sourceId, path: each.path, size: 1, mtimeMs, mediaId: each.content };
          catalog.apply([
            known.has(each.content)
              ? { kind: 'file', file }
              : { kind: 'media', file, media: mediaOf(each.content), video: null },
          ]);
          known.add(each.content);
          model.files.set(each.path, { content: each.content, mtimeMs });
        } else if (each.do === 'remove') {
          catalog.removePaths(sourceId, [each.path]);
          model.files.delete(each.path);
        } else if (each.do === 'sidecar') {
          const said = { ...NO_METADATA, ...each.metadata };
          catalog.metadata.putSidecars([
            { sidecar: { sourceId, path: each.sidecar, size: 1, mtimeMs: now }, metadata: said },
          ]);
          model.sidecars.set(each.sidecar, { metadata: said, mtimeMs: now });
        } else {
          catalog.metadata.removeSidecars(sourceId, [each.sidecar]);
          model.sidecars.delete(each.sidecar);
        }
        for (const id of known) check(catalog, id, expected(model, id));
      }
      // the source becomes a part of another: all lies deeper, and what counts is the same
      const outer = catalog.sources.add('/photos', [{ id: sourceId, prefix: 'inner' }]);
      const [first] = model.files.keys();
      if (first !== undefined) {
        catalog.removePaths(outer.id, [`inner/${first}`]);
        model.files.delete(first);
      }
      for (const id of known) check(catalog, id, expected(model, id));
      expect(catalog.metadata.sidecarsUnder(outer.id, '').length).toBe(model.sidecars.size);
      // the source goes, and its sidecars with it
      catalog.sources.remove(outer.id);
      for (const id of known) check(catalog, id, expected({ files: new Map(), sidecars: new Map() }, id));
      catalog.close();
    }),
    { numRuns: 60 },
  );
});

function mediaOf(id: number) {
  const content = {
    id,
    hash: String(id).padStart(64, '0'),
    bytes: 1,
    format: 'jpeg',
    width: 1,
    height: 1,
    seconds: null,
  };
  return { ...content, ...(OWN[id - 1] ?? NO_METADATA) };
}

function check(catalog: Catalog, id: number, { keywords, ...fields }: PictureMetadata): void {
  expect(catalog.media(id)).toMatchObject(fields);
  const folded = (words: readonly string[]): string[] => words.map((word) => word.toLowerCase()).sort();
  expect(folded(catalog.metadata.keywords(id))).toEqual(folded(keywords));
}
