/**
 * An encoder as data: what has to be installed, how a picture is prepared for it, what of its output is the feature row, and
 * how it reads words, if it does. The registry is a list of these; a folder with an `encoder.json` brings its own.
 */
import { z } from 'zod';

/** A path inside the encoder's folder: no way out of it, on any system. */
const relativePath = z
  .string()
  .min(1)
  .refine(
    (path) => !/^[/\\]|^[A-Za-z]:|\\/.test(path) && !path.split('/').some((part) => part === '' || /^\.+$/.test(part)),
    {
      message: 'not a path inside the folder',
    },
  );

const encoderFile = z.object({
  /** Where it lies in the encoder's folder, with `/` on every system. */
  path: relativePath,
  /** `data` are weights that a model file refers to, by name, beside it. */
  role: z.enum(['vision', 'text', 'tokenizer', 'config', 'data', 'licence']),
  /** Size in bytes: shown before a download, and held against what comes. */
  bytes: z.number().int().positive().nullable(),
  /**
   * How well `bytes` is known: a file may differ from a figure that was `rounded` to three digits by 1 %, and from one that was
   * `estimated` by anything up to twice; an `exact` one holds.
   */
  bytesAre: z.enum(['exact', 'rounded', 'estimated']).default('rounded'),
  /** SHA-256, 64 hex digits. `null` where nobody knew it when this was written: the first install pins it. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  /** Where a download gets it. `null`: it can only be installed from disk. */
  url: z.url().nullable(),
});
export type EncoderFile = z.infer<typeof encoderFile>;

const perChannel = z.tuple([z.number(), z.number(), z.number()]);

const preprocessing = z.object({
  /** Pixels that the model takes. */
  width: z.number().int().min(8).max(4096),
  height: z.number().int().min(8).max(4096),
  /** `stretch` sees all and bends it; `crop` takes the middle; `contain` keeps the shape between grey borders. */
  fit: z.enum(['stretch', 'crop', 'contain']),
  /** With `crop`: the part of the shorter side that is kept, as models are judged (224 of 256 pixels: 0.875). */
  keep: z.number().min(0.5).max(1).default(1),
  kernel: z.enum(['lanczos3', 'cubic', 'mitchell', 'linear', 'nearest']).default('cubic'),
  /** The tensor's value is `(byte · scale - mean) / std`, for red, green, blue. */
  scale: z.number().positive(),
  mean: perChannel,
  std: perChannel.refine((values) => values.every((value) => value > 0), {
    message: 'a standard deviation is above 0',
  }),
  layout: z.enum(['NCHW', 'NHWC']),
  dtype: z.enum(['float32', 'float16', 'uint8']),
  /** Name of the model's input; `null` where it has one. */
  input: z.string().nullable(),
});
export type Preprocessing = z.infer<typeof preprocessing>;

const modelOutput = z.object({
  /** Name of the model's output; `null` where it has one. */
  name: z.string().nullable(),
  /**
   * What its axes are: `rows` [n, d], `tokens` [n, t, d], `planes` [n, d, h, w], `pixels` [n, h, w, d].
   */
  axes: z.enum(['rows', 'tokens', 'planes', 'pixels']),
  /** How the rest becomes one row: not at all, its mean, or (of tokens) the first, which stands for the picture. */
  pooling: z.enum(['none', 'mean', 'cls']),
  /** Values of a feature row. */
  size: z.number().int().positive(),
  /** Whether vectors are the rows at length 1 (as cosine wants it); the stored features are as the model gives them. */
  normalise: z.boolean().default(true),
});
export type ModelOutput = z.infer<typeof modelOutput>;

const textTower = z.object({
  /** Names of the text model's inputs; one it lacks is left out. */
  inputIds: z.string().default('input_ids'),
  attentionMask: z.string().default('attention_mask'),
  /** Tokens that it takes at most; what is longer is cut. */
  maxLength: z.number().int().min(4).max(8192),
  /** Whether each text is filled up to `maxLength` (models trained that way need it), or to the longest of a batch. */
  padding: z.enum(['max_length', 'longest']),
  /** Whether letters are made small first: the tokenizer's file does not always say so. */
  lowercase: z.boolean().default(false),
  /** Name of its output, [n, d], in the same space as the pictures'. */
  output: z.string(),
  /** What the words are put into: `{}` is replaced by them. */
  template: z.string().includes('{}').default('{}'),
  /** Languages it was trained on, as BCP 47 tags; `mul` for many. */
  languages: z.array(z.string()).min(1),
  /** Where "probably unrelated" begins between words and pictures: cosines of that kind are lower than between pictures. */
  relatedScore: z.number().min(-1).max(1),
});
export type TextTower = z.infer<typeof textTower>;

export const encoderDefinition = z
  .object({
    id: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,63}$/, 'lower-case letters, digits, dots and dashes'),
    name: z.string().min(1),
    description: z.string(),
    /** What is part of the program, what is downloaded on request, what the user brought. */
    source: z.enum(['built-in', 'hub', 'own']),
    licence: z.object({
      name: z.string().min(1),
      /** The page with its text, for reading before installing. */
      url: z.url().nullable(),
      /** The text, where it comes with the files. */
      file: relativePath.nullable(),
      /** Whether it restricts the use (research only, not commercial): installing asks for a yes of its own. */
      restricted: z.boolean().default(false),
    }),
    files: z.array(encoderFile),
    preprocessing,
    output: modelOutput,
    readsWords: textTower.nullable(),
    /** What makes vectors of its features: their rows at length 1, or the built-in encoder's projection, where it was tuned from that. */
    projection: z.enum(['unit', 'builtin']).default('unit'),
    /** Results under this are probably unrelated, until the library has calibrated it. */
    relatedScore: z.number().min(-1).max(1),
  })
  .refine(({ source, files }) => source === 'built-in' || files.filter((file) => file.role === 'vision').length === 1, {
    message: 'exactly one file is the vision model',
  })
  .refine(
    ({ readsWords, files }) =>
      readsWords === null || ['text', 'tokenizer'].every((role) => files.some((file) => file.role === role)),
    {
      message: 'an encoder that reads words has a text model and a tokenizer',
    },
  );
export type EncoderDefinition = z.infer<typeof encoderDefinition>;

/** Bytes of all files, as far as known: what is shown before a download. */
export function downloadBytes(definition: EncoderDefinition): number {
  return definition.files.reduce((sum, file) => sum + (file.bytes ?? 0), 0);
}
