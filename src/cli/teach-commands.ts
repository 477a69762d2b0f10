import { resolve } from 'node:path';
import type {
  ModelVersion,
  TeachEvent,
  TeachingEvaluation,
  TeachingLoss,
  TeachInput,
} from '../contract/teach-schemas.ts';
import type { SharedOptions } from './shared-options.ts';
import { formatSeconds, plural } from './format.ts';
import { requireGroup } from './group-commands.ts';
import { Output } from './output.ts';
import { errorOf, follow, INTERRUPTED, withLibrary, withReadLibrary, type Ending, type Session } from './session.ts';

export interface TeachOptions {
  readonly groups?: string;
  readonly seed?: number;
  readonly loss?: TeachingLoss;
  readonly deep: boolean;
  readonly blocks: number;
}

type Taught = Extract<TeachEvent, { type: 'taught' }>;

/** Teaches, says what came of it, and waits until it answers where it is better. */
export function teachCommand(shared: SharedOptions, options: TeachOptions): Promise<number> {
  return teach(shared, async (session) => {
    const groups = options.groups === undefined ? undefined : await groupIds(session, options.groups);
    const { seed, loss, deep, blocks } = options;
    return { groups, seed, loss, method: deep ? 'deep' : 'head', blocks };
  });
}

/** The same from the pictures alone, without any group. */
export function adaptCommand(shared: SharedOptions): Promise<number> {
  return teach(shared, () => Promise.resolve({ method: 'adapt' }));
}

async function teach(shared: SharedOptions, inputOf: (session: Session) => Promise<TeachInput>): Promise<number> {
  const output = new Output(shared.json);
  return withLibrary({ libraryFolder: shared.library }, async (session) => {
    const input = await inputOf(session);
    const told: Taught[] = [];
    const ended = await following(session, output, async (event) => {
      if (event === null) {
        await session.client.teach.start(input);
        return false;
      }
      if (event.type === 'taught') told.push(event);
      return event.type === 'swapped' || (event.type === 'taught' && event.verdict?.activate !== true);
    });
    const [taught] = told;
    if (ended === 'interrupted' || !taught) return INTERRUPTED;
    await showTaught(session, output, taught);
    return 0;
  });
}

async function groupIds(session: Session, names: string): Promise<number[]> {
  const ids: number[] = [];
  for (const name of names.split(',')) ids.push((await requireGroup(session, name)).id);
  return ids;
}

async function showTaught({ client }: Session, output: Output, taught: Taught): Promise<void> {
  const { model, verdict, evaluation, labelled, seconds } = taught;
  const version = (await client.models.list()).find(({ id }) => id === model);
  if (output.json) {
    output.value({
      type: 'teach',
      model,
      classes: version?.groups.length ?? 0,
      labelled,
      heldOut: evaluation?.queries ?? 0,
      before: evaluation && means(evaluation, 'before'),
      after: evaluation && means(evaluation, 'after'),
      activated: version?.active ?? false,
      reason: verdict?.sentence ?? '',
      seconds,
    });
    return;
  }
  output.line(verdict?.sentence ?? '');
  if (evaluation && evaluation.queries > 0) {
    for (const when of ['before', 'after'] as const) {
      const { p1, p10, map10 } = means(evaluation, when);
      const figures = `P@1 ${p1.toFixed(3)}  P@10 ${p10.toFixed(3)}  mAP@10 ${map10.toFixed(3)}`;
      output.line(`${when.padEnd(8)}${figures}`);
    }
  }
  for (const notice of taught.notices) output.line(notice);
  for (const { sentence } of verdict?.advice ?? []) output.line(`would help: ${sentence}`);
  const used = version?.active === true ? 'It answers searches now' : 'It is kept aside';
  const of = labelled > 0 ? `${plural(labelled, 'photo')}, ` : '';
  output.line(`${used}: ${model} (${of}${formatSeconds(seconds)}).`);
}

function means(
  { p1, p10, map10 }: TeachingEvaluation,
  when: 'before' | 'after',
): { p1: number; p10: number; map10: number } {
  return { p1: p1[when].mean, p10: p10[when].mean, map10: map10[when].mean };
}

export async function modelsCommand(shared: SharedOptions): Promise<number> {
  const output = new Output(shared.json);
  const models = await withReadLibrary({ libraryFolder: shared.library }, ({ client }) => client.models.list());
  for (const model of models) showModel(output, model);
  return 0;
}

function showModel(output: Output, { id, name, encoder, kind, createdAt, active, evaluation }: ModelVersion): void {
  if (output.json) {
    const quality = evaluation && { before: means(evaluation, 'before'), after: means(evaluation, 'after') };
    output.value({ id, encoder, kind, created: createdAt, active, evaluation: quality });
    return;
  }
  const gain =
    evaluation && evaluation.queries > 0
      ? `mAP@10 ${evaluation.map10.before.mean.toFixed(3)} → ${evaluation.map10.after.mean.toFixed(3)}`
      : '';
  output.line(`${active ? '*' : ' '} ${id.padEnd(28)} ${name}  ${gain}`);
}

/** Lets a version answer, and waits for it. */
export async function useModelCommand(shared: SharedOptions, id: string): Promise<number> {
  const output = new Output(shared.json);
  return withLibrary({ libraryFolder: shared.library }, async (session) => {
    const { client } = session;
    const ended = await following(session, output, async (event) => {
      if (event === null) await client.models.use({ id });
      return event?.type === 'swapped';
    });
    if (ended === 'interrupted') return INTERRUPTED;
    const version = (await client.models.list()).find((model) => model.id === id);
    if (version) showModel(output, version);
    return 0;
  });
}

export async function removeModelCommand(shared: SharedOptions, id: string): Promise<number> {
  await withLibrary({ libraryFolder: shared.library }, ({ client }) => client.models.remove({ id }));
  return 0;
}

export async function exportModelCommand(shared: SharedOptions, id: string, path: string): Promise<number> {
  const output = new Output(shared.json);
  const done = await withReadLibrary({ libraryFolder: shared.library }, ({ client }) =>
    client.models.exportTo({ id, path: resolve(path) }),
  );
  if (shared.json) output.value(done);
  else output.line(done.path);
  return 0;
}

export async function importModelCommand(shared: SharedOptions, path: string): Promise<number> {
  const output = new Output(shared.json);
  const version = await withLibrary({ libraryFolder: shared.library }, ({ client }) =>
    client.models.importFrom({ path: resolve(path) }),
  );
  showModel(output, version);
  return 0;
}

/**
 * Begins something and follows it to its end. Ctrl-C cancels it.
 *
 * @param step called with null to begin, then with each event; true where that was the end
 * @throws ServiceError where it failed
 */
async function following(
  { client }: Session,
  output: Output,
  step: (event: TeachEvent | null) => Promise<boolean>,
): Promise<Ending> {
  return follow<TeachEvent>(output, {
    watch: (signal) => client.teach.watch(undefined, { signal }),
    // it is listened to until the service says that it ended
    interrupt: () => void client.teach.cancel(),
    step: async (event) => {
      if (event?.type === 'progress') showProgress(output, event);
      else if (event?.type === 'ended') {
        const { code, message } = event;
        if (code === null) return 'interrupted';
        throw errorOf({ code, message });
      }
      return (await step(event)) ? 'done' : null;
    },
  });
}

function showProgress(output: Output, event: Extract<TeachEvent, { type: 'progress' }>): void {
  if (event.state === 'idle') return;
  const left = event.secondsLeft === null ? '' : ` · ${formatSeconds(event.secondsLeft)} left`;
  output.show(event.done, `${event.sentence}${left}`);
}
