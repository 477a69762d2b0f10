import type { EncoderDefinition } from '../../compute/encoders/definition.ts';
import type { TextEncoder } from '../../compute/encoders/text-encoder.ts';
import { ServiceError } from '../../contract/errors.ts';

/** The side of an encoder that reads words. It is opened at the first words: most searches are by picture. */
export class WordReader {
  readonly #definition: EncoderDefinition;
  readonly #folder: string | null;
  #opened: Promise<TextEncoder> | null = null;

  /** @param folder of its files; null for the built-in encoder, which has none and reads no words */
  constructor(definition: EncoderDefinition, folder: string | null) {
    this.#definition = definition;
    this.#folder = folder;
  }

  /**
   * Words as features, in the space of the pictures'.
   *
   * @throws ServiceError ENCODER_READS_NO_WORDS, ENCODER_FILE_MISSING, ENCODER_DAMAGED, ENCODER_FAILED
   */
  async read(text: string): Promise<Float32Array> {
    if (this.#folder === null || this.#definition.readsWords === null) {
      throw new ServiceError('ENCODER_READS_NO_WORDS', this.#definition.name);
    }
    this.#opened ??= openWords(this.#folder, this.#definition);
    const encoder = await this.#opened.catch((error: unknown) => {
      // the files may be there at the next try
      this.#opened = null;
      throw error;
    });
    const [row] = await encoder.encode([text]);
    if (!row) throw new ServiceError('ENCODER_FAILED', `${this.#definition.name} gave nothing for words`);
    return row;
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = null;
    // where it could not be opened there is nothing to close
    await (await opened?.catch(() => null))?.close();
  }
}

/** ONNX Runtime comes with it: the service has none of it while no words are read. */
async function openWords(folder: string, definition: EncoderDefinition): Promise<TextEncoder> {
  const { openTextEncoder } = await import('../../compute/encoders/text-encoder.ts');
  return openTextEncoder(folder, definition);
}
