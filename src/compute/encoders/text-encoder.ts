/**
 * The side of an encoder that reads words: a tokenizer (@huggingface/transformers, from the encoder's folder, never from the
 * network) and a text model (ONNX Runtime). Its rows lie in the same space as those of pictures.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { ServiceError } from '../../contract/errors.ts';
import type { EncoderDefinition, EncoderFile, TextTower } from './definition.ts';
import { modelError } from './model-file.ts';

export interface TextEncoder {
  /** Values of a row: as many as of a picture's. */
  readonly size: number;
  /**
   * @param texts - words as the user typed them; the model's template is put around them here
   * @returns a row a text, at length 1
   * @throws ServiceError ENCODER_FAILED
   */
  encode(texts: readonly string[]): Promise<Float32Array[]>;
  /** Lets the model go. */
  close(): Promise<void>;
}

/** A tokenizer as it is called here. */
type Tokenize = (
  texts: readonly string[],
  options: { padding: 'max_length' | true; truncation: true; max_length: number },
) => Record<string, { readonly data: ArrayLike<number | bigint>; readonly dims: readonly number[] } | undefined>;

/**
 * Opens the text side of an encoder whose files are in `folder`.
 * @throws ServiceError ENCODER_READS_NO_WORDS where it has none; ENCODER_FILE_MISSING, ENCODER_DAMAGED, ENCODER_OPERATION
 */
export async function openTextEncoder(folder: string, definition: EncoderDefinition): Promise<TextEncoder> {
  const tower = definition.readsWords;
  if (tower === null) throw new ServiceError('ENCODER_READS_NO_WORDS', definition.name);
  const tokenize = await openTokenizer(path.dirname(path.join(folder, fileOf(definition, 'tokenizer').path)));
  const model = path.join(folder, fileOf(definition, 'text').path);
  const session = await openTextModel(model, definition);
  if (!session.outputNames.includes(tower.output)) {
    await session.release();
    const found = session.outputNames.join(', ');
    throw new ServiceError('ENCODER_SHAPE', `the text model has no output ${tower.output} (it has ${found})`);
  }
  return {
    size: definition.output.size,
    encode: async (texts) => {
      try {
        return await encodeTexts(session, tokenize, tower, texts);
      } catch (error) {
        throw error instanceof ServiceError
          ? error
          : new ServiceError('ENCODER_FAILED', String(error), { cause: error });
      }
    },
    close: () => session.release(),
  };
}

function fileOf(definition: EncoderDefinition, role: EncoderFile['role']): EncoderFile {
  const file = definition.files.find((candidate) => candidate.role === role);
  if (file === undefined) throw new ServiceError('ENCODER_FILE_MISSING', `${definition.id}: no ${role}`);
  return file;
}

async function openTextModel(file: string, definition: EncoderDefinition): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(file, { executionProviders: ['cpu'], logSeverityLevel: 4 });
  } catch (error) {
    throw modelError(error, `${definition.id}: ${path.basename(file)}`);
  }
}

/** The tokenizer in a folder: its `tokenizer.json`, and `tokenizer_config.json` where there is one. */
async function openTokenizer(folder: string): Promise<Tokenize> {
  const tokenizer = await readJson(path.join(folder, 'tokenizer.json'), true);
  const config = await readJson(path.join(folder, 'tokenizer_config.json'), false);
  // Loaded when words are first asked for: the module is large, and most searches are by picture.
  const { PreTrainedTokenizer, env } = await import('@huggingface/transformers');
  env.allowRemoteModels = false;
  try {
    return new PreTrainedTokenizer(tokenizer, config) as unknown as Tokenize;
  } catch (error) {
    throw new ServiceError('ENCODER_DAMAGED', path.join(folder, 'tokenizer.json'), { cause: error });
  }
}

async function readJson(file: string, required: boolean): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (absent && !required) return {};
    throw new ServiceError(absent ? 'ENCODER_FILE_MISSING' : 'ENCODER_DAMAGED', file, { cause: error });
  }
}

async function encodeTexts(
  session: InferenceSession,
  tokenize: Tokenize,
  tower: TextTower,
  texts: readonly string[],
): Promise<Float32Array[]> {
  if (texts.length === 0) return [];
  const prepared = texts.map((text) => prepareText(text, tower));
  const padding = tower.padding === 'max_length' ? 'max_length' : true;
  const tokens = tokenize(prepared, { padding, truncation: true, max_length: tower.maxLength });
  const feeds: Record<string, Tensor> = {};
  for (const [name, key] of [
    [tower.inputIds, 'input_ids'],
    [tower.attentionMask, 'attention_mask'],
  ] as const) {
    const value = tokens[key];
    if (value === undefined || !session.inputNames.includes(name)) continue;
    feeds[name] = new Tensor('int64', BigInt64Array.from(Array.from(value.data, BigInt)), [...value.dims]);
  }
  const result = (await session.run(feeds))[tower.output];
  const [rows = 0, size = 0, ...more] = result?.dims ?? [];
  if (!(result?.data instanceof Float32Array) || rows !== texts.length || more.length > 0) {
    throw new ServiceError('ENCODER_SHAPE', `the text model gives [${String(result?.dims)}] for ${texts.length} texts`);
  }
  const { data } = result;
  return texts.map((_, i) => unit(data.slice(i * size, (i + 1) * size)));
}

/** The words in the model's template. Words that are a whole sentence already are left alone. */
function prepareText(text: string, { template, lowercase }: TextTower): string {
  const words = text.trim().replace(/\s+/g, ' ');
  const sentence = /^an? (photo|picture|image|drawing|painting) of /i.test(words)
    ? words
    : template.replace('{}', () => words);
  return lowercase ? sentence.toLowerCase() : sentence;
}

function unit(row: Float32Array): Float32Array {
  const length = Math.hypot(...row);
  return length === 0 ? row : row.map((value) => value / length);
}
