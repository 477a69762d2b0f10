import { z } from 'zod';
import { encoderId } from '../../contract/encoder-schemas.ts';
import { BUILTIN_ENCODER } from '../../compute/encoders/registry.ts';
import type { Catalog } from '../catalog/catalog.ts';

/** An encoder, and the features that it made when it was chosen: another version of it makes others. */
const chosenEncoder = z.object({ id: encoderId, features: z.string() });
export type ChosenEncoder = z.infer<typeof chosenEncoder>;

const upcomingEncoder = z.object({ id: encoderId, paused: z.boolean() });
export type UpcomingEncoder = z.infer<typeof upcomingEncoder>;

/** What the catalog remembers of encoders and devices. Who chose nothing has the built-in encoder and the fastest device. */
export class EncoderSettings {
  readonly #catalog: Catalog;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** The encoder that answers; null for the built-in one, as it comes with the program. */
  get active(): ChosenEncoder | null {
    return this.#read('encoder', chosenEncoder);
  }

  /** The one before it, whose features are kept: it answers where the active one cannot be opened. */
  get previous(): ChosenEncoder | null {
    return this.#read('encoder.previous', chosenEncoder);
  }

  /** The encoder that takes over when the library is encoded with it. */
  get upcoming(): UpcomingEncoder | null {
    return this.#read('encoder.upcoming', upcomingEncoder);
  }

  set upcoming(value: UpcomingEncoder | null) {
    this.#catalog.putSettings({ 'encoder.upcoming': value && JSON.stringify(value) });
  }

  /** `auto`, or the id of a device. */
  get device(): string {
    return this.#catalog.setting('device') ?? 'auto';
  }

  set device(value: string) {
    this.#catalog.putSettings({ device: value });
  }

  /** Lets an encoder answer from now on, in one step: whatever ends the program, one of the two is recorded, whole. */
  takeOver(next: ChosenEncoder, before: ChosenEncoder): void {
    this.#catalog.putSettings({
      encoder: next.id === BUILTIN_ENCODER ? null : JSON.stringify(next),
      'encoder.previous': JSON.stringify(before),
      'encoder.upcoming': null,
    });
  }

  #read<Value>(key: string, schema: z.ZodType<Value>): Value | null {
    const text = this.#catalog.setting(key);
    return text === null ? null : schema.parse(JSON.parse(text));
  }
}
