import { createRouterClient } from '@orpc/server';
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { ServiceClient } from '../../contract/contract.ts';
import type { Duplicates, DuplicateSet } from '../../contract/explore-schemas.ts';
import { nameKind } from '../../library/media/formats.ts';
import { openService } from '../../library/service.ts';
import type { Output } from '../output.ts';
import { runIndexing } from '../session.ts';
import { makeLibrary } from './generated-library.ts';
import type { Report } from './measurement.ts';
import { copiesOf, COPY_KINDS, WHOLE_KINDS, type CopyKind } from './photo-copies.ts';

/** Photos that are copied in twelve ways, and the most that stand beside them. */
const COPIED = 200;
const OTHERS = 2_000;

/** The bars. */
const WHOLE_RECALL = 0.98;
const EDITED_RECALL = 0.9;
const PRECISION = 0.98;
const LOOKING_S = 60;

/** For how many pictures time is told, and how many are added to what was looked through. */
const TOLD_FOR = 100_000;
const ADDED = 1_000;

/**
 * Duplicates: of copies of photos in twelve ways among other photos, how many are found with their photo, and what is found that is none.
 * With all the shared photos, none that is copied here was among those whose copies the thresholds were chosen on.
 */
export async function benchDuplicates(folder: string, photos: string, report: Report, output: Output): Promise<void> {
  const made = join(folder, 'copies');
  const copied = await writeCopies(made, photos);
  output.notice(`Indexing ${copied} photos with their copies, and others.`);
  const service = await openService({ libraryFolder: join(folder, 'copies-library') });
  try {
    const client = createRouterClient(service.router);
    await runIndexing({ client }, [made], output, () => undefined);
    await service.settled();
    const { sets } = await timed(client, 'pictures, most of them copies', report);
    tell(await readdir(made), sets, report);
  } finally {
    await service.close();
  }
}

/**
 * How long a library is looked through of which nothing is known yet, told for 100,000 pictures too.
 *
 * @param what it is of: "drawn pictures"
 */
export async function benchLooking(client: ServiceClient, what: string, report: Report): Promise<void> {
  await timed(client, what, report);
}

/** How long a look takes when some pictures have come to a drawn library that was looked through. */
export async function benchAdded(libraryFolder: string, size: number, kinds: number, report: Report): Promise<void> {
  await makeLibrary(libraryFolder, ADDED, kinds, { drawn: true, first: size });
  const service = await openService({ libraryFolder });
  try {
    await service.settled();
    const client = createRouterClient(service.router);
    const { seconds, processor } = await measured(() => client.explore.duplicates({}));
    const metric = `looking for duplicates again when ${ADDED} were added to ${size.toLocaleString('en')}`;
    tellTime(metric, seconds, null, report);
    tellTime(`${metric}, of the processor`, processor, null, report);
  } finally {
    await service.close();
  }
}

interface Timed {
  readonly seconds: number;
  /** Of all cores together. */
  readonly processor: number;
}

async function measured<Result>(work: () => Promise<Result>): Promise<Timed & { readonly result: Result }> {
  const [begun, used] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(used);
  return { result, seconds: (performance.now() - begun) / 1000, processor: (user + system) / 1e6 };
}

async function timed(client: ServiceClient, what: string, report: Report): Promise<Duplicates> {
  const { result, seconds, processor } = await measured(() => client.explore.duplicates({ fresh: true }));
  const metric = `looking for duplicates among ${result.pictures.toLocaleString('en')} ${what}`;
  const scale = TOLD_FOR / result.pictures;
  tellTime(metric, seconds, null, report);
  tellTime(`${metric}, told for ${TOLD_FOR.toLocaleString('en')}`, seconds * scale, LOOKING_S, report);
  tellTime(`the same, of the processor`, processor * scale, null, report);
  return result;
}

function tellTime(metric: string, value: number, reference: number | null, report: Report): void {
  report({
    bench: 'explore',
    metric,
    value,
    unit: 's',
    reference,
    ratio: reference === null ? null : value / reference,
  });
}

/** Writes `12.jpg` and its copies `12-cropped.jpg`, `12-same.jpg` and so on. @returns how many were copied */
async function writeCopies(folder: string, photos: string): Promise<number> {
  await mkdir(folder, { recursive: true });
  const names = (await readdir(photos, { recursive: true }))
    .sort()
    .filter((name) => nameKind(basename(name)) === 'picture')
    .slice(0, OTHERS + COPIED);
  const every = 2 * Math.max(1, Math.round(names.length / 2 / COPIED));
  let copied = 0;
  for (const [i, name] of names.entries()) {
    const path = join(photos, name);
    await copyFile(path, join(folder, `${i}${extname(name)}`));
    if (i % every !== 1) continue;
    // a file that is broken on purpose has no copies
    const copies = await copiesOf(path, i).catch(() => null);
    if (copies === null) continue;
    copied++;
    await copyFile(path, join(folder, `${i}-same${extname(name)}`));
    for (const [kind, bytes] of copies) await writeFile(join(folder, `${i}-${kind}.jpg`), bytes);
  }
  return copied;
}

/** Which photo a file is of, and how it was made; null where it is the photo. */
function madeOf(path: string): { readonly photo: string; readonly kind: string | null } {
  const [photo = '', kind = null] = basename(path, extname(path)).split('-');
  return { photo, kind };
}

function tell(files: readonly string[], sets: readonly DuplicateSet[], report: Report): void {
  const setOf = new Map<string, DuplicateSet>();
  for (const set of sets)
    for (const { paths } of set.pictures) for (const path of paths) setOf.set(basename(path), set);
  const originals = new Map(
    files
      .map((file) => [madeOf(file), file] as const)
      .flatMap(([{ photo, kind }, file]) => (kind === null ? [[photo, file] as const] : [])),
  );
  const recall = (kinds: ReadonlySet<string>): number => {
    const copies = files.filter((file) => kinds.has(madeOf(file).kind ?? ''));
    const found = copies.filter((file) => {
      const set = setOf.get(file);
      return set !== undefined && set === setOf.get(originals.get(madeOf(file).photo) ?? '');
    });
    return found.length / copies.length;
  };
  const edited = COPY_KINDS.filter((kind) => !WHOLE_KINDS.has(kind));
  const say = (metric: string, value: number, bar: number | null): void =>
    report({
      bench: 'explore',
      metric,
      value,
      unit: '',
      reference: bar,
      ratio: bar === null || bar === 0 ? null : value / bar,
    });
  say('identical and resized copies that are found', recall(new Set([...WHOLE_KINDS, 'same'])), WHOLE_RECALL);
  say('edited copies that are found', recall(new Set(edited)), EDITED_RECALL);
  for (const kind of COPY_KINDS) say(`copies that are found: ${kind}`, recall(new Set<CopyKind>([kind])), null);
  say('of what is in a set with a photo, copies of it', precision(sets), PRECISION);
  say('sets with two photos', sets.filter((set) => photosOf(set).size > 1).length, 0);
}

function photosOf({ pictures }: DuplicateSet): Set<string> {
  return new Set(pictures.flatMap(({ paths }) => paths.map((path) => madeOf(path).photo)));
}

function precision(sets: readonly DuplicateSet[]): number {
  let [right, all] = [0, 0];
  for (const { pictures } of sets) {
    const [kept, ...others] = pictures.flatMap(({ paths }) => paths.map((path) => madeOf(path).photo));
    all += others.length;
    right += others.filter((photo) => photo === kept).length;
  }
  return right / all;
}
