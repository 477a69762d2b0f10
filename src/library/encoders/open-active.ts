import { ServiceError } from '../../contract/errors.ts';
import { BUILTIN_ENCODER } from '../../compute/encoders/registry.ts';
import type { DeviceOptions } from '../../compute/devices/encoding.ts';
import type { LibraryPaths } from '../library-folder.ts';
import { startEncoder, type RunningEncoder } from './model-parts.ts';
import type { EncoderSettings } from './settings.ts';

/**
 * The encoder that answers: the one that was chosen, else the one before it, else the built-in one. What is chosen stays so: a
 * damaged encoder answers again when it is installed anew.
 *
 * @returns it, and for people why another had to be taken
 * @throws ServiceError ENCODER_FAILED where not even the built-in one starts
 */
export async function openActive(
  paths: LibraryPaths,
  settings: EncoderSettings,
  devices: Partial<DeviceOptions>,
): Promise<{ readonly running: RunningEncoder; readonly notices: string[] }> {
  const notices: string[] = [];
  for (const chosen of [settings.active, settings.previous]) {
    if (chosen === null || chosen.id === BUILTIN_ENCODER) break;
    try {
      return { running: await startChosen(paths, chosen, devices), notices };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      notices.push(`The encoder ${chosen.id} does not answer; one used before does. ${error.message}`);
    }
  }
  return { running: await startEncoder(paths, BUILTIN_ENCODER, devices), notices };
}

async function startChosen(
  paths: LibraryPaths,
  { id, features }: { readonly id: string; readonly features: string },
  devices: Partial<DeviceOptions>,
): Promise<RunningEncoder> {
  const running = await startEncoder(paths, id, devices);
  if (running.encoder.id === features) return running;
  await running.close();
  throw new ServiceError('ENCODER_DAMAGED', `${id} was replaced by another version; switch to it again to use that`);
}
