import { stat } from 'node:fs/promises';
import { builtinModel } from '../../compute/encoder.ts';
import { downloadBytes, type EncoderDefinition } from '../../compute/encoders/definition.ts';
import { listInstalled } from '../../compute/encoders/installed.ts';
import { BUILTIN_ENCODER } from '../../compute/encoders/registry.ts';
import type { EncoderEntry } from '../../contract/encoder-schemas.ts';
import type { StoredFeatures } from '../catalog/feature-store.ts';

/** What the list needs to know of the library. */
export interface EncodersInUse {
  readonly active: string;
  readonly upcoming: string | null;
  readonly stored: readonly StoredFeatures[];
}

type State = Pick<EncoderEntry, 'state' | 'reason' | 'size'>;

/**
 * Every encoder that can be used, installed or told of: the built-in one, those installed (damaged ones too), the rest of the
 * registry, and those that only have features in this library any more.
 */
export async function listEncoders(
  models: string,
  registry: readonly EncoderDefinition[],
  inUse: EncodersInUse,
): Promise<EncoderEntry[]> {
  const { encoders, damaged } = await listInstalled(models);
  const entries = new Map<string, EncoderEntry>();
  const add = (definition: EncoderDefinition, state: State): void => {
    if (!entries.has(definition.id)) entries.set(definition.id, describe(definition, state, inUse));
  };
  const builtin = registry.find(({ id }) => id === BUILTIN_ENCODER);
  if (builtin) add(builtin, { state: 'ready', reason: null, size: (await stat(builtinModel().model.file)).size });
  for (const { definition, bytes } of encoders) add(definition, { state: 'ready', reason: null, size: bytes });
  for (const { id, reason } of damaged) {
    const definition = registry.find((known) => known.id === id);
    if (definition) add(definition, { state: 'damaged', reason, size: null });
    else entries.set(id, { ...unlisted(id, inUse), state: 'damaged', reason, installed: true });
  }
  for (const definition of registry) {
    const bytes = downloadBytes(definition);
    add(definition, { state: 'available', reason: null, size: bytes === 0 ? null : bytes });
  }
  for (const { features } of inUse.stored) {
    const id = encoderOfFeatures(features);
    if (!entries.has(id)) entries.set(id, unlisted(id, inUse));
  }
  return [...entries.values()];
}

function describe(definition: EncoderDefinition, state: State, inUse: EncodersInUse): EncoderEntry {
  const { id, name, description, licence, source, readsWords, output } = definition;
  return {
    id,
    name,
    description,
    licence: { name: licence.name, url: licence.url, restricted: licence.restricted },
    source: ({ 'built-in': 'builtin', hub: 'registry', own: 'own' } as const)[source],
    ...state,
    installed: state.state !== 'available',
    active: id === inUse.active,
    upcoming: id === inUse.upcoming,
    readsWords: readsWords !== null,
    languages: readsWords?.languages ?? [],
    dimensions: output.size,
    featuresStored: storedOf(id, inUse),
  };
}

/** One whose definition is gone: it was removed, or its manifest is damaged. */
function unlisted(id: string, inUse: EncodersInUse): EncoderEntry {
  const dimensions = inUse.stored.find(({ features }) => encoderOfFeatures(features) === id)?.dimensions ?? 1;
  return {
    id,
    name: id,
    description: 'Not installed any more.',
    licence: { name: 'unknown', url: null, restricted: false },
    source: 'own',
    state: 'available',
    reason: null,
    installed: false,
    active: id === inUse.active,
    upcoming: id === inUse.upcoming,
    readsWords: false,
    languages: [],
    dimensions,
    size: null,
    featuresStored: storedOf(id, inUse),
  };
}

function storedOf(id: string, { stored }: EncodersInUse): EncoderEntry['featuresStored'] {
  const own = stored.filter(({ features }) => encoderOfFeatures(features) === id);
  return {
    pictures: Math.max(0, ...own.map(({ pictures }) => pictures)),
    bytes: own.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** The encoder that features are of: an installed one's are its id and eight digits, the built-in one's name its recipe. */
export function encoderOfFeatures(features: string): string {
  return features.startsWith(`${BUILTIN_ENCODER}-`) ? BUILTIN_ENCODER : features.replace(/-[0-9a-f]{8}$/, '');
}
