import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { builtinModel } from '../../compute/encoder.ts';
import { BUILTIN_ENCODER, registeredEncoder } from '../../compute/encoders/registry.ts';
import { loadProjection } from '../../compute/projection.ts';
import { Catalog, type CatalogChange } from '../../library/catalog/catalog.ts';
import { FeatureStore, type FeatureRow } from '../../library/catalog/feature-store.ts';
import { libraryPaths } from '../../library/library-folder.ts';
import { gaussians } from './gaussians.ts';

/** Rows written at once. */
const BATCH = 2_000;

/**
 * Makes a library of pictures without files: features are gaussian around planted kinds. Picture `i`, from 0, has the id `i` + 1 and is of
 * kind `i` % `kinds`.
 *
 * @param folder of the library; there must be none
 */
export async function makeLibrary(folder: string, size: number, kinds: number): Promise<void> {
  const paths = libraryPaths(folder);
  const photos = join(folder, 'photos');
  for (const each of [paths.folder, paths.thumbs, paths.previews, paths.vectors, paths.models, photos]) {
    await mkdir(each, { recursive: true });
  }
  const catalog = new Catalog(paths.catalog);
  const projection = loadProjection();
  const store = new FeatureStore(paths.features, builtinModel().id, projection.id);
  const { size: features } = registeredEncoder(BUILTIN_ENCODER).output;
  const random = gaussians(1);
  const centres = Array.from({ length: kinds }, () => Float32Array.from({ length: features }, random));
  const source = catalog.sources.add(photos, []).id;
  for (let first = 0; first < size; first += BATCH) {
    const changes: CatalogChange[] = [];
    const rows: FeatureRow[] = [];
    for (let i = first; i < Math.min(size, first + BATCH); i++) {
      changes.push(pictureOf(i, source));
      const row = Float32Array.from(centres[i % kinds] ?? [], (value) => value + 1.2 * random());
      const vector = Float16Array.from(projection.project(row));
      const signature = Uint8Array.from({ length: 256 }, () => 128 + 40 * random());
      rows.push({ mediaId: i + 1, features: Float16Array.from(row), vector, signature });
    }
    store.put(rows);
    catalog.apply(changes);
  }
  store.close();
  catalog.close();
}

function pictureOf(i: number, sourceId: number): CatalogChange {
  const hash = createHash('sha256').update(String(i)).digest('hex');
  const nothing = { takenAt: null, camera: null, lens: null, latitude: null, longitude: null };
  const media = { id: i + 1, hash, bytes: 1_000 + i, format: 'jpeg', width: 300, height: 200, ...nothing };
  const file = { sourceId, path: `${i}.jpg`, size: media.bytes, mtimeMs: 1_000 * i, mediaId: media.id };
  return { kind: 'media', media, file };
}
