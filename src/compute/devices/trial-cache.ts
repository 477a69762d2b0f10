import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { EncodeDevice } from './device.ts';
import type { TrialResult } from './trial.ts';

const trialResult = z.object({
  rate: z.number().positive().nullable(),
  batch: z.number().int().positive(),
  workers: z.number().int().positive(),
  failure: z.string().nullable(),
});
const results = z.record(z.string(), trialResult);
const cacheFile = z.object({ version: z.literal(1), trials: z.record(z.string(), results) });
type CacheFile = z.infer<typeof cacheFile>;

/** Results of a trial by the device's id. */
export type TrialResults = Readonly<Record<string, TrialResult>>;

/** Trials of other models and drivers that are kept beside the newest: who goes back to one need not wait. */
const KEPT = 16;

/** What a trial's result depends on: another model file, list of devices, driver or runtime is tried anew. */
export async function trialKey(modelFile: string, devices: readonly EncodeDevice[]): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(modelFile), hash);
  const { env } = await import('onnxruntime-node');
  const facts = {
    model: hash.digest('hex'),
    runtime: env.versions,
    devices: devices.map(({ id, name, driver, provider }) => ({ id, name, driver, provider })),
  };
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

/** The results kept under that key; null where there are none, or the file cannot be read: then the trial is done again. */
export async function cachedTrial(file: string, key: string): Promise<TrialResults | null> {
  return (await readCache(file)).trials[key] ?? null;
}

/** Keeps results: written aside and renamed, so that a crash leaves the old file. */
export async function keepTrial(file: string, key: string, found: TrialResults): Promise<void> {
  const { trials } = await readCache(file);
  const others = Object.entries(trials).filter(([other]) => other !== key);
  const kept: CacheFile = { version: 1, trials: Object.fromEntries([...others.slice(1 - KEPT), [key, { ...found }]]) };
  await mkdir(path.dirname(file), { recursive: true });
  const aside = `${file}.${process.pid}.tmp`;
  await writeFile(aside, JSON.stringify(kept, null, 1));
  await rename(aside, file);
}

async function readCache(file: string): Promise<CacheFile> {
  try {
    return cacheFile.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return { version: 1, trials: {} }; // Not there yet, or damaged: only time is lost.
  }
}
