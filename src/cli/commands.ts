import { resolve } from 'node:path';
import { clockTime } from '../contract/clock-time.ts';
import type { FileFailureCode } from '../contract/errors.ts';
import type { IndexSummary, Neighbor } from '../contract/schemas.ts';
import { filterOf, hasFilter, type FilterOptions } from './filter-options.ts';
import { formatCount, formatRate, formatSeconds, plural } from './format.ts';
import { Output } from './output.ts';
import type { SharedOptions } from './shared-options.ts';
import { exitCodeOfStopped, followRun, runIndexing, UsageError, withLibrary } from './session.ts';

export async function indexCommand(
  shared: SharedOptions,
  folders: string[],
  options: { strict: boolean },
): Promise<number> {
  const output = new Output(shared.json);
  const failures = new Map<FileFailureCode, string[]>();
  const summary = await withLibrary({ libraryFolder: shared.library }, async (session) => {
    const done = await runIndexing(
      session,
      folders.map((folder) => resolve(folder)),
      output,
      (failure) => {
        if (shared.json) output.value(failure);
        failures.set(failure.code, [...(failures.get(failure.code) ?? []), failure.path].slice(0, 1 + NAMED_AT_MOST));
      },
    );
    // the next command may be a search, in a process that makes nothing of its own
    if (!done.cancelled && !done.error) await session.service.settled();
    return done;
  });
  if (shared.json) output.value(summaryValue(summary));
  else describeSummary(output, summary, failures);
  return exitCodeOfStopped(summary, output) ?? (options.strict && summary.failed > 0 ? 1 : 0);
}

/** Without what only the stream needs: the exit code says whether a run was cut short. */
function summaryValue({
  type,
  found,
  indexed,
  unchanged,
  moved,
  removed,
  failed,
  seconds,
  picturesPerSecond,
}: IndexSummary) {
  return { type, found, indexed, unchanged, moved, removed, failed, seconds, picturesPerSecond };
}

const NAMED_AT_MOST = 3;

function describeSummary(
  output: Output,
  summary: IndexSummary,
  failures: ReadonlyMap<string, readonly string[]>,
): void {
  const { indexed, unchanged, moved, removed, failed, seconds, picturesPerSecond } = summary;
  const rate = indexed > 0 ? ` (${formatRate(picturesPerSecond)})` : '';
  output.line(`${plural(indexed, 'picture')} indexed in ${formatSeconds(seconds)}${rate}.`);
  const others = [
    [unchanged, 'unchanged'],
    [moved, 'moved'],
    [removed, 'removed'],
  ] as const;
  const told = others.filter(([count]) => count > 0).map(([count, what]) => `${formatCount(count)} ${what}`);
  if (told.length > 0) output.line(`${told.join(', ')}.`);
  if (failed === 0) return;
  output.line(`${plural(failed, 'file')} could not be indexed; \`semblance failures\` lists each with its reason.`);
  for (const [code, paths] of failures) {
    const more = paths.length > NAMED_AT_MOST ? ', …' : '';
    output.line(`  ${code}: ${paths.slice(0, NAMED_AT_MOST).join(', ')}${more}`);
  }
}

export async function statusCommand(shared: SharedOptions): Promise<number> {
  const output = new Output(shared.json);
  const status = await withLibrary({ libraryFolder: shared.library, access: 'read' }, ({ client }) => client.status());
  if (shared.json) {
    const { sources, pictures, vectors, model, encoder, readsWords, offline, failures } = status;
    const shown = sources.map(({ path, state, pictures: count }) => ({ path, state, pictures: count }));
    output.value({ sources: shown, pictures, vectors, model, encoder, readsWords, offline, failures });
    return 0;
  }
  output.line(`${plural(status.pictures, 'picture')} in ${status.libraryFolder}`);
  for (const source of status.sources)
    output.line(`  ${source.path}: ${plural(source.pictures, 'picture')}, ${source.state}`);
  output.line(`Model: ${status.model.name} (${status.model.dimensions} values)`);
  if (status.failures > 0) output.line(`${plural(status.failures, 'file')} could not be indexed.`);
  return 0;
}

export async function failuresCommand(shared: SharedOptions, options: { retry: boolean }): Promise<number> {
  const output = new Output(shared.json);
  if (options.retry) {
    const stopped = await retryFailures(shared, output);
    if (stopped !== null) return stopped;
  }
  const failures = await withLibrary({ libraryFolder: shared.library, access: 'read' }, ({ client }) =>
    client.failures(),
  );
  for (const failure of failures) {
    if (shared.json) output.value(failure);
    else output.line(`${failure.code}  ${failure.path}\n    ${failure.message}`);
  }
  if (!shared.json && failures.length === 0) output.line('Every file could be indexed.');
  return 0;
}

/** Reads files again that failed. Gives the exit code of a run that did not go to its end. */
function retryFailures(shared: SharedOptions, output: Output): Promise<number | null> {
  return withLibrary({ libraryFolder: shared.library }, async (session) => {
    const { client } = session;
    if ((await client.failures()).length === 0) return null;
    const summary = await followRun(
      session,
      () => client.indexing.retry({}),
      output,
      () => undefined,
    );
    if (!summary.cancelled && !summary.error) await session.service.settled();
    if (!shared.json)
      output.line(`${plural(summary.found - summary.failed, 'file')} of ${summary.found} can be read now.`);
    return exitCodeOfStopped(summary, output);
  });
}

export interface SimilarOptions extends FilterOptions {
  not?: string[];
  text?: string;
  k: number;
  exact: boolean;
  preview: boolean;
}

export async function similarCommand(
  shared: SharedOptions,
  images: string[],
  options: SimilarOptions,
): Promise<number> {
  if (images.length === 0 && options.text === undefined) throw new UsageError('name a picture, or give --text WORDS');
  const { text, k, exact, preview } = options;
  const output = new Output(shared.json);
  const example = (wanted: boolean) => (path: string) => ({ kind: 'file' as const, path: resolve(path), wanted });
  const examples = [...images.map(example(true)), ...(options.not ?? []).map(example(false))];
  const { neighbors } = await withLibrary({ libraryFolder: shared.library, access: 'read' }, async (session) =>
    session.client.search.similar({ examples, text, k, exact, preview, filter: await filterOf(session, options) }),
  );
  if (shared.json) for (const neighbor of neighbors) output.value(neighborValue(neighbor));
  else describeNeighbors(output, neighbors, hasFilter(options));
  return 0;
}

/** A moment of a video has the video's path, and where in it it is. */
function neighborValue({ rank, path, score, related, copies, video }: Neighbor) {
  return { rank, path, score, related, copies, ...(video && { at: video.at, seconds: video.seconds }) };
}

/** Ranked lines with their scores, and one line where results begin to be probably unrelated. */
function describeNeighbors(output: Output, neighbors: readonly Neighbor[], filtered: boolean): void {
  const none = filtered ? 'No picture is like that.' : 'There is no picture in this library yet.';
  if (neighbors.length === 0) output.line(none);
  let related = true;
  for (const neighbor of neighbors) {
    if (related && !neighbor.related) output.line('     ─── probably unrelated from here');
    related = neighbor.related;
    const moment = neighbor.video ? ` at ${clockTime(neighbor.video.at)}` : '';
    output.line(`${String(neighbor.rank).padStart(4)}  ${neighbor.score.toFixed(3)}  ${neighbor.path}${moment}`);
  }
}

export async function evaluateCommand(
  shared: SharedOptions,
  options: { labels: 'folders' | 'groups'; heldOut?: number },
): Promise<number> {
  const output = new Output(shared.json);
  const evaluation = await withLibrary({ libraryFolder: shared.library, access: 'read' }, ({ client }) =>
    client.evaluate({ labels: options.labels, heldOut: options.heldOut }),
  );
  if (shared.json) output.value(evaluation);
  else {
    const { pictures, classes, heldOut } = evaluation;
    const way =
      heldOut === null ? 'each left out in turn' : `in ${heldOut} parts, each held out of the library in turn`;
    output.line(`${plural(pictures, 'picture')} in ${formatCount(classes)} ${options.labels}, ${way}:`);
    output.line(
      `P@1 ${evaluation.p1.toFixed(3)}  P@10 ${evaluation.p10.toFixed(3)}  mAP@10 ${evaluation.map10.toFixed(3)}`,
    );
  }
  return 0;
}

export async function verifyCommand(shared: SharedOptions, options: { repair: boolean }): Promise<number> {
  const output = new Output(shared.json);
  const access = options.repair ? 'write' : 'read';
  const found = await withLibrary({ libraryFolder: shared.library, access }, ({ client }) =>
    client.verify({ repair: options.repair }),
  );
  if (shared.json) output.value(found);
  else {
    const recall = found.recall10 === null ? 'not measured' : found.recall10.toFixed(3);
    output.line(found.ok ? 'The library is sound.' : 'The library needs repair: run `semblance verify --repair`.');
    output.line(`Catalog ${found.catalog}; ${plural(found.pictures, 'picture')}, ${plural(found.vectors, 'vector')}.`);
    output.line(`${found.missing} lack something, ${found.stale} left over, recall@10 of the index ${recall}.`);
  }
  return found.ok ? 0 : 1;
}
