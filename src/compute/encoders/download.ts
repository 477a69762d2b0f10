/**
 * Downloads an encoder: started by the user alone, from the addresses that its definition lists. What was loaded stays in
 * `.<id>.part` of the models folder until the encoder is complete or removed, so that a cut costs nothing.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { ServiceError } from '../../contract/errors.ts';
import { downloadBytes, type EncoderDefinition, type EncoderFile } from './definition.ts';
import { downloadFile } from './download-file.ts';
import { ProgressMeter, type DownloadProgress } from './download-progress.ts';
import { finishInstall, visionFile, type FinishOptions, type InstallReport } from './finish-install.ts';
import { requireLicence } from './licence.ts';
import { stagingFolder } from './installed.ts';
import { checkSize, checkSum, mostBytes, readPins, type Pins } from './pins.ts';
import { requireSpace, storageError, sumOf, type FileSum } from './storage.ts';

export interface DownloadOptions extends FinishOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** That the user has agreed to a licence that restricts the use. */
  readonly acceptLicence?: boolean | undefined;
  /** Hosts that may be asked by http: a server of one's own. None where not given. */
  readonly httpHosts?: readonly string[] | undefined;
  /** After this long without a byte the server does not answer; half a minute where not given. */
  readonly silenceMs?: number | undefined;
  /** Free bytes of a folder's drive; asked of the system where not given. */
  readonly freeBytes?: ((folder: string) => Promise<number>) | undefined;
}

/**
 * Downloads, verifies and installs an encoder, replacing an installed one of the same id when complete.
 * @throws ServiceError DOWNLOAD_FAILED, DOWNLOAD_CANCELLED, ENCODER_CHECKSUM, ENCODER_SIZE, ENCODER_LICENCE, DISK_FULL, and
 *   what `finishInstall` throws
 */
export async function downloadEncoder(
  models: string,
  definition: EncoderDefinition,
  options: DownloadOptions = {},
): Promise<InstallReport> {
  requireLicence(definition, options.acceptLicence);
  const signal = options.signal ?? new AbortController().signal;
  const staging = stagingFolder(models, definition.id, 'part');
  try {
    signal.throwIfAborted();
    await mkdir(staging, { recursive: true });
    const wanted = downloadBytes(definition) + (visionFile(definition).bytes ?? 0);
    // what an earlier try has left is there already
    await requireSpace(models, Math.max(0, wanted - (await bytesIn(staging))), options.freeBytes);
    const pins = await readPins(models);
    const meter = new ProgressMeter(definition, options.onProgress);
    const sums = new Map<string, FileSum>();
    for (const file of definition.files) {
      sums.set(file.path, await fetchFile(definition, file, staging, pins, meter, signal, options));
    }
    meter.phase('install');
    return { ...(await finishInstall(models, definition, staging, sums, options)) };
  } catch (error) {
    if (signal.aborted) throw new ServiceError('DOWNLOAD_CANCELLED', definition.name, { cause: error });
    throw storageError(error, staging);
  }
}

/** Bytes of the files in a folder, those below it too. */
async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (file) => (await stat(path.join(file.parentPath, file.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function fetchFile(
  definition: EncoderDefinition,
  file: EncoderFile,
  staging: string,
  pins: Pins,
  meter: ProgressMeter,
  signal: AbortSignal,
  { httpHosts = [], silenceMs = 30_000 }: DownloadOptions,
): Promise<FileSum> {
  const target = path.join(staging, file.path);
  const label = `${definition.id}/${file.path}`;
  if (file.url === null)
    throw new ServiceError('ENCODER_FILE_MISSING', `${label} has no address; install it from a folder`);
  meter.file(file);
  if (!existsSync(target)) {
    const pinned = file.sha256 === null ? pins[definition.id]?.[file.path]?.bytes : undefined;
    const check = (bytes: number): void => checkSize(label, file, bytes, pinned);
    const limit = mostBytes(file);
    const onBytes = (bytes: number): void => meter.bytes(bytes);
    await downloadFile({ url: file.url, target, checkSize: check, limit, httpHosts, signal, silenceMs, onBytes });
  }
  const sum = await sumOf(target, signal);
  try {
    checkSum(definition, file, sum, pins);
  } catch (error) {
    // Going on from wrong bytes would only repeat the error.
    await rm(target, { force: true });
    throw error;
  }
  meter.bytes(sum.bytes);
  return sum;
}
