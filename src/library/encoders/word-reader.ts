import type { EncoderDefinition } from '../../compute/encoders/definition.ts';
import type { TextEncoder } from '../../compute/encoders/text-encoder.ts';
import { ServiceError } from '../../contract/errors.ts';
import { keepWords, keptWords } from './kept-words.ts';

/** Words read at once, of many: a search by words waits for no more. */
const AT_ONCE = 8;

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
    const [row] = await this.#encode([text]);
    if (!row) throw new ServiceError('ENCODER_FAILED', `${this.#definition.name} gave nothing for words`);
    return row;
  }

  /**
   * {@link read} of a list of words that stays the same: it is kept beside the encoder's files.
   *
   * @param keep false where nothing may be written
   */
  async readList(texts: readonly string[], keep: boolean): Promise<Float32Array[]> {
    const kept = this.#folder === null ? null : await keptWords(this.#folder, this.#definition, texts);
    if (kept) return kept;
    const rows: Float32Array[] = [];
    for (let first = 0; first < texts.length; first += AT_ONCE) {
      rows.push(...(await this.#encode(texts.slice(first, first + AT_ONCE))));
    }
    if (this.#folder !== null && keep) await keepWords(this.#folder, this.#definition, texts, rows);
    return rows;
  }

  async #encode(texts: readonly string[]): Promise<Float32Array[]> {
    if (this.#folder === null || this.#definition.readsWords === null) {
      throw new ServiceError('ENCODER_READS_NO_WORDS', this.#definition.name);
    }
    this.#opened ??= openWords(this.#folder, this.#definition);
    const encoder = await this.#opened.catch((error: unknown) => {
      // the files may be there at the next try
      this.#opened = null;
      throw error;
    });
    return encoder.encode(texts);
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
