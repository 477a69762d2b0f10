import { createRouterClient } from '@orpc/server';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceClient } from '../../contract/contract.ts';
import { openService } from '../../library/service.ts';
import type { Output } from '../output.ts';
import { makeLibrary } from './generated-library.ts';
import { median, percentile, type Report } from './measurement.ts';
import { untilTold } from './teaching-events.ts';

const PICTURES = 100_000;
const GROUPS = 10;
const LABELLED = 1_000;

/** Kinds of pictures: each group has one, and there are others. */
const KINDS = 200;

/** The bars: a teaching in seconds, an activation of {@link PICTURES} in seconds, and a query meanwhile in milliseconds. */
const TEACHING_S = 30;
const ACTIVATION_S = 90;
const QUERY_MS = 50;
const QUERY_EVERY_MS = 100;

/**
 * Teaches 1,000 labelled pictures of a generated library, and activates what came of it for all, while a query asks every 100 ms. The
 * features are gaussian around planted kinds; everything else is the real service.
 *
 * @param size pictures in the library
 */
export async function benchTeach(report: Report, output: Output, size = PICTURES): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'semblance-bench-'));
  try {
    const library = join(folder, 'library');
    output.notice(`Making a library of ${size.toLocaleString('en')} pictures.`);
    await makeLibrary(library, size, KINDS);
    const service = await openService({ libraryFolder: library });
    try {
      const client = createRouterClient(service.router);
      output.notice('Building its index.');
      await service.settled();
      await labelPictures(client, size);
      await measure(client, size, report, output);
    } finally {
      await service.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function labelPictures(client: ServiceClient, size: number): Promise<void> {
  const each = Math.min(LABELLED / GROUPS, Math.floor(size / KINDS));
  for (let group = 0; group < GROUPS; group++) {
    const pictures = Array.from({ length: each }, (_, i) => 1 + group + i * KINDS);
    await client.groups.create({ name: `kind ${group}`, pictures });
  }
}

async function measure(client: ServiceClient, size: number, report: Report, output: Output): Promise<void> {
  const idle = await queryTimes(client, size, Promise.resolve(), 50);
  output.notice('Teaching.');
  const started = performance.now();
  const taught = await untilTold(client, 'taught', () => client.teach.start({}));
  const seconds = (performance.now() - started) / 1000;
  const metric = `${taught.labelled.toLocaleString('en')} labelled pictures taught and judged, of ${TEACHING_S} s`;
  report({ bench: 'teach', metric, value: seconds, unit: 's', reference: TEACHING_S, ratio: seconds / TEACHING_S });

  output.notice('Activating.');
  const activating = performance.now();
  const swapped = untilTold(client, 'swapped', async () => {
    if (taught.verdict?.activate !== true) await client.models.use({ id: taught.model });
  });
  const times = await queryTimes(client, size, swapped);
  const took = (performance.now() - activating) / 1000;
  const bar = (ACTIVATION_S * size) / PICTURES;
  report({
    bench: 'teach',
    metric: `${size.toLocaleString('en')} pictures re-embedded and re-indexed, of ${bar.toFixed(0)} s`,
    value: took,
    unit: 's',
    reference: bar,
    ratio: took / bar,
  });
  const p95 = percentile(times, 0.95);
  const meanwhile = `query meanwhile, p95 of ${times.length}, of ${QUERY_MS} ms`;
  report({ bench: 'teach', metric: meanwhile, value: p95, unit: 'ms', reference: QUERY_MS, ratio: p95 / QUERY_MS });
  const [longest, before] = [Math.max(...times), median(idle)];
  report({
    bench: 'teach',
    metric: 'the longest of them, against the median with nothing under way',
    value: longest,
    unit: 'ms',
    reference: before,
    ratio: longest / before,
  });
}

/** Asks every 100 ms until something ends, or so many times; each is late where the one before it is: that counts too. */
async function queryTimes(client: ServiceClient, size: number, end: Promise<unknown>, least = 0): Promise<number[]> {
  const state = { running: true };
  void end.finally(() => (state.running = false)).catch(() => undefined);
  const times: number[] = [];
  for (let due = performance.now(); state.running || times.length < least; due += QUERY_EVERY_MS) {
    await delay(Math.max(0, due - performance.now()));
    await client.search.similar({ examples: [{ kind: 'picture', id: 1 + ((times.length * 7919) % size) }], k: 20 });
    times.push(performance.now() - due);
    // what was missed while one was late is not asked again
    due = Math.max(due, performance.now() - QUERY_EVERY_MS);
  }
  await end;
  return times;
}
