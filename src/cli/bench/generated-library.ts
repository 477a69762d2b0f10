import { createHash } from 'node:crypto';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { builtinModel } from '../../compute/encoder.ts';
import { BUILTIN_ENCODER, registeredEncoder } from '../../compute/encoders/registry.ts';
import { loadProjection, type Projection } from '../../compute/projection.ts';
import { Catalog, type CatalogChange } from '../../library/catalog/catalog.ts';
import type { FileRow } from '../../library/catalog/file-store.ts';
import { FeatureStore, type FeatureRow } from '../../library/catalog/feature-store.ts';
import { libraryPaths } from '../../library/library-folder.ts';
import { NO_METADATA, type PictureMetadata } from '../../library/media/picture-metadata.ts';
import { normalize } from '../../library/vectors/vector-index.ts';
import { gaussians } from './gaussians.ts';

/** Rows written at once. */
const BATCH = 2_000;

/** Files in a folder, where there are files. */
const IN_FOLDER = 1_000;

interface MakeOptions {
  /** Each picture has a file of some bytes that no other has, as it is in the catalog. */
  readonly withFiles?: boolean;
  /**
   * Vectors are gaussian around the kinds themselves rather than what the projection makes of features, which would take longer than all
   * else; with files they always are.
   */
  readonly drawn?: boolean;
  /** What picture `i` says of itself; nothing where it is not given. */
  readonly says?: (i: number) => Partial<PictureMetadata>;
  /** Pictures that the library has already, of the same kinds: these come after them. */
  readonly first?: number;
}

/**
 * Makes a library of pictures without files, unless they are asked for: features are gaussian around planted kinds. Picture `i`, from 0,
 * has the id `i` + 1 and is of kind `i` % `kinds`. There are no thumbnails.
 *
 * @param folder of the library; there must be none, but with `first`
 */
export async function makeLibrary(
  folder: string,
  size: number,
  kinds: number,
  { withFiles = false, drawn = withFiles, says = () => ({}), first: before = 0 }: MakeOptions = {},
): Promise<void> {
  const paths = libraryPaths(folder);
  const photos = join(folder, '..', 'photos');
  for (const each of [paths.folder, paths.thumbs, paths.previews, paths.vectors, paths.models, photos]) {
    await mkdir(each, { recursive: true });
  }
  const catalog = new Catalog(paths.catalog);
  const projection = loadProjection();
  const store = new FeatureStore(paths.features, builtinModel().id, projection.id);
  const rowOf = drawn ? drawnRows(kinds, projection.dimensions, before) : projectedRows(kinds, projection, before);
  const source = (catalog.sources.all()[0] ?? catalog.sources.add(photos, [])).id;
  for (let first = before; first < before + size; first += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, before + size - first) }, (_, i) => first + i);
    store.put(numbers.map(rowOf));
    const files = await Promise.all(numbers.map(withFiles ? (i) => writtenFile(photos, i) : unwrittenFile));
    catalog.apply(files.map((file, i) => pictureOf(first + i, source, file, says(first + i))));
  }
  store.close();
  catalog.close();
}

/** Rows of gaussian features, and what the projection makes of them. */
function projectedRows(kinds: number, projection: Projection, before: number): (i: number) => FeatureRow {
  const centres = centresOf(kinds, registeredEncoder(BUILTIN_ENCODER).output.size, gaussians(1));
  const random = gaussians(2 + before);
  return (i) => {
    const row = Float32Array.from(centres[i % kinds] ?? [], (value) => value + 1.2 * random());
    const vector = Float16Array.from(projection.project(row));
    const signature = Uint8Array.from({ length: 256 }, () => 128 + 40 * random());
    return { mediaId: i + 1, features: Float16Array.from(row), vector, signature };
  };
}

/** Rows of gaussian vectors; features are as long as real ones, and the same for all. */
function drawnRows(kinds: number, dimensions: number, before: number): (i: number) => FeatureRow {
  const drawn = gaussians(1);
  const centres = centresOf(kinds, dimensions, drawn);
  // others than those that are there
  const random = before === 0 ? drawn : gaussians(2 + before);
  const features = new Float16Array(registeredEncoder(BUILTIN_ENCODER).output.size).fill(1);
  return (i) => {
    const vector = normalize(Float32Array.from(centres[i % kinds] ?? [], (value) => value + 0.8 * random()));
    return { mediaId: i + 1, features, vector: Float16Array.from(vector), signature: drawnSignature(random) };
  };
}

/** Waves up to seven to a side, the weaker the shorter they are, as of photos. */
const WAVES = 8;
const COSINES = Float32Array.from({ length: WAVES * 16 }, (_, i) =>
  Math.cos((Math.PI * Math.floor(i / 16) * ((i % 16) + 0.5)) / 16),
);

function drawnSignature(random: () => number): Uint8Array {
  const values = new Float32Array(256);
  for (let u = 0; u < WAVES; u++) {
    for (let v = 0; v < WAVES; v++) {
      const strength = u + v === 0 ? 0 : (45 * random()) / (u * u + v * v) ** 0.6;
      for (let i = 0; i < 256; i++)
        values[i] = (values[i] ?? 0) + strength * (COSINES[16 * u + (i % 16)] ?? 0) * (COSINES[16 * v + (i >> 4)] ?? 0);
    }
  }
  return Uint8Array.from(values, (value) => Math.max(0, Math.min(255, 128 + value)));
}

function centresOf(kinds: number, dimensions: number, random: () => number): Float32Array[] {
  return Array.from({ length: kinds }, () => Float32Array.from({ length: dimensions }, random));
}

type DrawnFile = Pick<FileRow, 'path' | 'size' | 'mtimeMs'>;

async function writtenFile(photos: string, i: number): Promise<DrawnFile> {
  const inside = `trip ${String(Math.floor(i / IN_FOLDER)).padStart(4, '0')}`;
  await mkdir(join(photos, inside), { recursive: true });
  const path = `${inside}/IMG_${String(i).padStart(6, '0')}.jpg`;
  await writeFile(join(photos, path), contentOf(i));
  const { size, mtimeMs } = await stat(join(photos, path));
  return { path, size, mtimeMs };
}

function unwrittenFile(i: number): Promise<DrawnFile> {
  return Promise.resolve({ path: `${i}.jpg`, size: 1_000 + i, mtimeMs: 1_000 * i });
}

/** No two are the same, and few have one length, as of photos. */
function contentOf(i: number): string {
  return String(i).padEnd(100 + (i % 5_000));
}

function pictureOf(i: number, sourceId: number, file: DrawnFile, said: Partial<PictureMetadata>): CatalogChange {
  const hash = createHash('sha256').update(contentOf(i)).digest('hex');
  const media = {
    id: i + 1,
    hash,
    bytes: file.size,
    format: 'jpeg',
    width: 300,
    height: 200,
    ...NO_METADATA,
    ...said,
    seconds: null,
  };
  return { kind: 'media', media, file: { sourceId, ...file, mediaId: media.id }, video: null };
}
