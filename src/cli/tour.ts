import { spawn } from 'node:child_process';
import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServiceClient } from '../contract/contract.ts';
import { layoutCount, layoutRow } from '../contract/picture-layout.ts';
import type { Neighbor, Picture } from '../contract/schemas.ts';
import { thumbnailPath } from '../contract/thumbnail-path.ts';
import type { SharedOptions } from './shared-options.ts';
import { formatSeconds, plural } from './format.ts';
import { Output } from './output.ts';
import { exitCodeOfStopped, runIndexing, withLibrary, type Session } from './session.ts';
import { tourPage, type TourStop } from './tour-page.ts';

/** Pictures that are shown with their neighbors, spread over the folder. */
const STOPS = 6;
const NEIGHBORS = 6;

/** Pictures of the folder that the stops are chosen from. */
const LOOKED_AT = 2_000;

/**
 * The main job without a window: indexes a folder, shows for a few of its pictures the most similar ones, and writes the same
 * as a page of thumbnails that any browser opens.
 */
export async function tourCommand(shared: SharedOptions, folder: string, options: { open: boolean }): Promise<number> {
  const output = new Output(false);
  return withLibrary({ libraryFolder: shared.library }, async (session) => {
    let failed = 0;
    const summary = await runIndexing(session, [resolve(folder)], output, () => failed++);
    const stopped = exitCodeOfStopped(summary, output);
    if (stopped !== null) return stopped;
    await session.service.settled();
    const left = failed > 0 ? ` ${plural(failed, 'file')} could not be indexed; \`semblance failures\` says why.` : '';
    output.line(
      `${plural(summary.indexed + summary.unchanged, 'picture')} indexed in ${formatSeconds(summary.seconds)}.${left}`,
    );
    // the catalog knows real paths
    const real = await realpath(folder);
    const stops = await chooseStops(session.client, real);
    if (stops.length === 0) {
      output.line('There is no picture in this folder.');
      return 0;
    }
    for (const stop of stops) describeStop(output, stop, real);
    const page = await writePage(session, stops, folder);
    output.line(`\nThe same with thumbnails: ${page}`);
    if (options.open) openInBrowser(page);
    return 0;
  });
}

async function chooseStops(client: ServiceClient, folder: string): Promise<TourStop[]> {
  const pictures = await picturesIn(client, folder);
  const shown = Math.min(STOPS, pictures.length);
  const stops: TourStop[] = [];
  for (let i = 0; i < shown; i++) {
    // half a step in: the newest and the oldest pictures are the odd ones
    const picture = pictures[Math.floor(((i + 0.5) * pictures.length) / shown)];
    if (!picture) continue;
    const example = { kind: 'picture' as const, id: picture.id };
    const { neighbors } = await client.search.similar({ examples: [example], k: NEIGHBORS });
    stops.push({ picture, neighbors });
  }
  return stops;
}

/** The newest pictures of a folder; the library may hold others. */
async function picturesIn(client: ServiceClient, folder: string): Promise<Picture[]> {
  const { rows } = await client.pictures.layout({});
  const bytes = new Uint8Array(await rows.arrayBuffer());
  const pictures: Picture[] = [];
  for (let i = 0; i < layoutCount(bytes) && pictures.length < LOOKED_AT; i++) {
    const picture = await client.pictures.get({ id: layoutRow(bytes, i).id });
    if ([picture.path, ...picture.copies].some((path) => path.startsWith(folder + sep))) pictures.push(picture);
  }
  return pictures;
}

function describeStop(output: Output, { picture, neighbors }: TourStop, folder: string): void {
  const name = (path: string): string => (path.startsWith(folder) ? relative(folder, path) || basename(path) : path);
  output.line(`\n${name(picture.path)} is most like`);
  for (const neighbor of neighbors) {
    output.line(
      `  ${neighbor.score.toFixed(3)}  ${name(neighbor.path)}${neighbor.related ? '' : '  (probably unrelated)'}`,
    );
  }
}

async function writePage({ service }: Session, stops: readonly TourStop[], folder: string): Promise<string> {
  const thumbnail = async ({ hash }: Picture | Neighbor): Promise<string> => {
    const webp = await readFile(join(service.paths.thumbs, thumbnailPath(hash))).catch(() => Buffer.alloc(0));
    return `data:image/webp;base64,${webp.toString('base64')}`;
  };
  const thumbnails = new Map<string, string>();
  for (const { picture, neighbors } of stops) {
    for (const shown of [picture, ...neighbors]) thumbnails.set(shown.hash, await thumbnail(shown));
  }
  const file = join(service.paths.folder, 'tour.html');
  await mkdir(service.paths.folder, { recursive: true });
  await writeFile(
    file,
    tourPage(basename(resolve(folder)), stops, (hash) => thumbnails.get(hash) ?? ''),
  );
  return pathToFileURL(file).href;
}

function openInBrowser(page: string): void {
  const opener = { darwin: 'open', win32: 'explorer' }[process.platform as string] ?? 'xdg-open';
  spawn(opener, [page], { stdio: 'ignore', detached: true })
    .on('error', () => undefined) // no browser: the line above says where the page is
    .unref();
}
