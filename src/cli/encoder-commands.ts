import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { EncoderEntry, EncodersEvent, InstallResult, ModelAnswers } from '../contract/encoder-schemas.ts';
import type { SharedOptions } from './shared-options.ts';
import { formatBytes, formatCount, formatSeconds, plural } from './format.ts';
import { Output } from './output.ts';
import {
  errorOf,
  follow,
  INTERRUPTED,
  UsageError,
  withLibrary,
  withReadLibrary,
  type Ending,
  type Session,
} from './session.ts';

export interface InstallOptions extends Omit<ModelAnswers, 'side'> {
  readonly side?: number;
  readonly id?: string;
  readonly yes: boolean;
  readonly acceptLicence: boolean;
}

export async function encodersCommand(shared: SharedOptions): Promise<number> {
  const output = new Output(shared.json);
  const entries = await withReadLibrary({ libraryFolder: shared.library }, ({ client }) => client.encoders.list());
  for (const entry of entries) showEncoder(output, entry);
  return 0;
}

function showEncoder(output: Output, entry: EncoderEntry): void {
  const { id, name, installed, active, readsWords, state, dimensions, size, featuresStored } = entry;
  if (output.json) {
    const licence = entry.licence.name;
    output.value({ id, name, installed, active, text: readsWords, state, dimensions, size, licence, featuresStored });
    return;
  }
  const stored = featuresStored.pictures > 0 ? `features of ${plural(featuresStored.pictures, 'picture')}` : null;
  const facts = [
    active ? 'in use' : entry.upcoming ? 'takes over next' : installed ? 'installed' : 'not installed',
    state === 'damaged' ? `damaged (${entry.reason ?? ''})` : null,
    readsWords ? `reads words (${entry.languages.join(', ')})` : null,
    size === null ? null : formatBytes(size),
    entry.licence.name,
    stored && `${stored}, ${formatBytes(featuresStored.bytes)}`,
  ];
  output.line(`${active ? '*' : ' '} ${id.padEnd(24)} ${name}`);
  output.line(`    ${facts.filter((fact) => fact !== null).join(' · ')}`);
}

async function entryOf({ client }: Session, id: string): Promise<EncoderEntry | undefined> {
  return (await client.encoders.list()).find((entry) => entry.id === id);
}

/** Encodes the library with an encoder, telling progress, until it has taken over. Ctrl-C stops; the same command goes on. */
export async function useEncoderCommand(shared: SharedOptions, id: string): Promise<number> {
  const output = new Output(shared.json);
  return withLibrary({ libraryFolder: shared.library }, async (session) => {
    const { client } = session;
    const active = (await entryOf(session, id))?.active === true;
    const ended = await following(session, output, async (event) => {
      if (event === null) {
        await client.encoders.use({ id });
        await client.encoders.resume();
        return active;
      }
      return event.type === 'swapped' && event.encoder === id;
    });
    if (ended === 'interrupted') return INTERRUPTED;
    await showNow(session, output, id);
    return 0;
  });
}

async function showNow(session: Session, output: Output, id: string): Promise<void> {
  const entry = await entryOf(session, id);
  if (entry) showEncoder(output, entry);
}

/**
 * Begins something and follows it to its end, telling progress and notices.
 *
 * @param step called with null to begin, then with each event; true where that was the end
 * @throws ServiceError where it failed
 */
async function following(
  { client }: Session,
  output: Output,
  step: (event: EncodersEvent | null) => Promise<boolean>,
): Promise<Ending> {
  return follow<EncodersEvent>(output, {
    watch: (signal) => client.encoders.watch(undefined, { signal }),
    interrupt: (stop) => {
      void client.encoders.cancelDownload();
      stop();
    },
    step: async (event, interrupted) => {
      if (event?.type === 'notice') output.notice(event.message);
      else if (event?.type === 'progress') showProgress(output, event);
      else if (event?.type === 'failed' && !interrupted) throw errorOf(event);
      return (await step(event)) ? 'done' : null;
    },
  });
}

function showProgress(output: Output, { install, encoding }: Extract<EncodersEvent, { type: 'progress' }>): void {
  if (install && install.total > 0) {
    const { phase, name, bytes, total, rate, secondsLeft } = install;
    const what = phase === 'install' ? `Verifying and trying ${name}` : name;
    const parts = [`${what}: ${formatBytes(bytes)} of ${formatBytes(total)}`];
    if (rate > 0) parts.push(`${formatBytes(rate)}/s`);
    if (secondsLeft !== null) parts.push(`${formatSeconds(secondsLeft)} left`);
    output.show(bytes / total, parts.join(' · '));
  } else if (encoding) {
    const { name, phase, done, total, skipped, rate, secondsLeft } = encoding;
    const parts = [
      phase === 'indexing'
        ? `${name}: building the index`
        : `${name}: ${formatCount(done)} of ${plural(total, 'picture')} encoded`,
    ];
    if (rate > 0) parts.push(`${rate < 10 ? rate.toFixed(1) : formatCount(Math.round(rate))}/s`);
    if (secondsLeft !== null && phase === 'encoding') parts.push(`${formatSeconds(secondsLeft)} left`);
    if (skipped > 0) parts.push(`${formatCount(skipped)} not there now`);
    output.show(total === 0 ? 1 : done / total, parts.join(' · '));
  }
}

/** Installs from a path, or downloads one of the list after saying what that means. */
export async function installEncoderCommand(
  shared: SharedOptions,
  what: string,
  options: InstallOptions,
): Promise<number> {
  const output = new Output(shared.json);
  return withLibrary({ libraryFolder: shared.library }, async (session) => {
    const listed = await entryOf(session, what);
    if (listed && listed.source !== 'own') return download(session, output, listed, options);
    return installPath(session, output, resolve(what), options);
  });
}

async function download(
  session: Session,
  output: Output,
  entry: EncoderEntry,
  options: InstallOptions,
): Promise<number> {
  const { client } = session;
  if (entry.state === 'ready') {
    output.notice(`${entry.name} is installed already.`);
    showEncoder(output, entry);
    return 0;
  }
  const { name, licence, size, id } = entry;
  const address = licence.url === null ? '' : ` (${licence.url})`;
  output.notice(`${name}: ${size === null ? 'size unknown' : formatBytes(size)} to download.`);
  output.notice(`Licence: ${licence.name}${address}${licence.restricted ? ', which restricts the use' : ''}.`);
  if (!options.yes && !(await confirm('Download and install it?', '--yes'))) return 1;
  const acceptLicence = options.acceptLicence || (licence.restricted && isTerminal() && (await confirmLicence(name)));
  const ended = await following(session, output, async (event) => {
    if (event === null) await client.encoders.download({ id, acceptLicence });
    if (event?.type !== 'installed') return false;
    for (const { path, sha256 } of event.firstSeen) output.notice(`Pinned now: ${path} has SHA-256 ${sha256}`);
    return true;
  });
  if (ended === 'interrupted') return INTERRUPTED;
  await showNow(session, output, id);
  return 0;
}

async function installPath(session: Session, output: Output, path: string, options: InstallOptions): Promise<number> {
  const { yes: _yes, id, acceptLicence, ...answers } = options;
  let given: ModelAnswers = answers;
  for (;;) {
    const request = { path, id, acceptLicence, answers: given };
    const result = await showingProgress(session, output, () => session.client.encoders.install(request));
    if (result.kind === 'installed') {
      for (const seen of result.firstSeen) output.notice(`Pinned now: ${seen.path} has SHA-256 ${seen.sha256}`);
      showEncoder(output, result.encoder);
      return 0;
    }
    given = { ...given, ...(await askAll(result)) };
  }
}

/** Does `work`, and shows meanwhile how far an installation is. */
async function showingProgress<Result>(
  { client }: Session,
  output: Output,
  work: () => Promise<Result>,
): Promise<Result> {
  const stop = new AbortController();
  const events = await client.encoders.watch(undefined, { signal: stop.signal });
  const showing = (async () => {
    for await (const event of events) if (event.type === 'progress' && event.install) showProgress(output, event);
  })();
  try {
    return await work();
  } finally {
    stop.abort();
    await showing;
    output.clearBar();
  }
}

/** What a model does not say, asked in the terminal; without one, the options that say it are named. */
async function askAll({ needs }: Extract<InstallResult, { kind: 'questions' }>): Promise<ModelAnswers> {
  if (!isTerminal()) {
    const lines = needs.map(({ key, question, choices, suggestion }) => {
      const values = choices === null ? 'NUMBER' : choices.join('|');
      return `  --${key} ${values}   ${question}${suggestion === null ? '' : ` Most: ${suggestion}.`}`;
    });
    throw new UsageError(`this model does not say how it wants its pictures:\n${lines.join('\n')}`);
  }
  const answers: Record<string, string | number> = {};
  for (const { key, question, choices, suggestion } of needs) {
    const hint = choices === null ? '' : ` (${choices.join(', ')})`;
    const answer = (await ask(`${question}${hint} [${suggestion ?? ''}] `)) || (suggestion ?? '');
    answers[key] = key === 'side' ? Number(answer) : answer;
  }
  return answers;
}

function isTerminal(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(question)).trim();
  } finally {
    terminal.close();
  }
}

/** @throws UsageError where there is no terminal to ask in */
async function confirm(question: string, option: string): Promise<boolean> {
  if (!isTerminal()) throw new UsageError(`nothing was downloaded: say ${option} to agree`);
  return /^y(es)?$/i.test(await ask(`${question} [y/N] `));
}

async function confirmLicence(name: string): Promise<boolean> {
  return /^y(es)?$/i.test(await ask(`Have you read the licence of ${name}, and do you agree to it? [y/N] `));
}

export async function removeEncoderCommand(shared: SharedOptions, id: string): Promise<number> {
  const output = new Output(shared.json);
  await withLibrary({ libraryFolder: shared.library }, async (session) => {
    await session.client.encoders.remove({ id });
    await showNow(session, output, id);
  });
  return 0;
}

export async function forgetEncoderCommand(shared: SharedOptions, id: string): Promise<number> {
  const output = new Output(shared.json);
  await withLibrary({ libraryFolder: shared.library }, async (session) => {
    await session.client.encoders.deleteFeatures({ id });
    await showNow(session, output, id);
  });
  return 0;
}

export async function devicesCommand(shared: SharedOptions): Promise<number> {
  const output = new Output(shared.json);
  const report = await withReadLibrary({ libraryFolder: shared.library }, ({ client }) =>
    client.compute.devices({ wait: true }),
  );
  showDevices(output, report);
  return 0;
}

export async function useDeviceCommand(shared: SharedOptions, device: string): Promise<number> {
  const output = new Output(shared.json);
  const report = await withLibrary({ libraryFolder: shared.library }, ({ client }) =>
    client.compute.choose({ device }),
  );
  showDevices(output, report);
  return 0;
}

function showDevices(
  output: Output,
  { choice, devices }: Awaited<ReturnType<Session['client']['compute']['devices']>>,
) {
  for (const { id, kind, name, rate, state, reason } of devices) {
    const chosen = choice === id;
    if (output.json) output.value({ id, kind, name, rate, state, reason, chosen });
    else {
      const facts = [state, rate === null ? null : `${formatCount(Math.round(rate))} pictures/s`, reason];
      output.line(`${chosen ? '*' : ' '} ${id.padEnd(32)} ${name}`);
      output.line(`    ${facts.filter((fact) => fact !== null).join(' · ')}`);
    }
  }
  if (!output.json) output.line(choice === 'auto' ? 'The fastest encodes.' : `Chosen: ${choice}.`);
}
