import { z } from 'zod';
import { backgroundHold } from './job-schemas.ts';

/** Id of an encoder: what `semblance encoders` lists and every procedure takes. */
export const encoderId = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,79}$/);

export const encoderEntry = z.object({
  id: encoderId,
  name: z.string(),
  description: z.string(),
  licence: z.object({
    name: z.string(),
    /** The page with its text. */
    url: z.string().nullable(),
    /** Whether it restricts the use: installing then needs `acceptLicence`. */
    restricted: z.boolean(),
  }),
  /** What is part of the program, what can be downloaded, what the user brought. */
  source: z.enum(['builtin', 'registry', 'own']),
  /** `ready` can be used, `available` can be downloaded or installed, `damaged` has to be installed again. */
  state: z.enum(['ready', 'available', 'damaged']),
  /** Why it is damaged; null where it is not. */
  reason: z.string().nullable(),
  installed: z.boolean(),
  /** Searches are answered with it now. */
  active: z.boolean(),
  /** Pictures are being encoded with it, and it takes over when all are. */
  upcoming: z.boolean(),
  readsWords: z.boolean(),
  /** Languages that it reads, as BCP 47 tags; `mul` for many. */
  languages: z.array(z.string()),
  /** Values of a feature row. */
  dimensions: z.number().int().positive(),
  /** Bytes on disk where it is installed, of its download where it is not; null where that is not known. */
  size: z.number().int().nonnegative().nullable(),
  /** Features that this library keeps of it, and their vectors. */
  featuresStored: z.object({ pictures: z.number().int().nonnegative(), bytes: z.number().int().nonnegative() }),
});
export type EncoderEntry = z.infer<typeof encoderEntry>;

/** What a model of one's own does not say by itself; see `ModelQuestion`. */
export const modelAnswers = z.object({
  name: z.string().max(100).optional(),
  /** Width and height of its pictures, in pixels. */
  side: z.number().int().min(8).max(4096).optional(),
  range: z.enum(['unit', 'signed', 'imagenet', 'clip', 'bytes']).optional(),
  layout: z.enum(['NCHW', 'NHWC']).optional(),
  output: z.string().optional(),
  pooling: z.enum(['mean', 'cls']).optional(),
  fit: z.enum(['stretch', 'crop', 'contain']).optional(),
});
export type ModelAnswers = z.infer<typeof modelAnswers>;

export const modelQuestion = z.object({
  key: z.enum(['side', 'range', 'layout', 'output', 'pooling']),
  question: z.string(),
  /** What can be answered; null for any number. */
  choices: z.array(z.string()).nullable(),
  /** What fits most models. */
  suggestion: z.string().nullable(),
});
export type ModelQuestion = z.infer<typeof modelQuestion>;

/** Files whose sum nobody knew before: it is pinned now, and another one is refused later. */
const firstSeen = z.array(z.object({ path: z.string(), sha256: z.string() }));

export const installInput = z.object({
  /** A folder with the files of an encoder, an ONNX file, or a TF.js `model.json`. */
  path: z.string().min(1).max(4096),
  /** Which encoder of the list the folder holds; without it, what the folder says. */
  id: encoderId.optional(),
  acceptLicence: z.boolean().default(false),
  answers: modelAnswers.default({}),
});

export const installResult = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('installed'), encoder: encoderEntry, firstSeen }),
  /** Nothing is installed yet: ask these, and call again with the answers. */
  z.object({ kind: z.literal('questions'), needs: z.array(modelQuestion) }),
]);
export type InstallResult = z.infer<typeof installResult>;

/** What is being installed: a download, or files that are copied. */
export const installProgress = z.object({
  encoder: encoderId.nullable(),
  name: z.string(),
  /** `install` is what comes after the last byte: verifying, preparing, trying. */
  phase: z.enum(['download', 'copy', 'install']),
  /** The file that is under way. */
  file: z.string(),
  bytes: z.number().nonnegative(),
  total: z.number().nonnegative(),
  /** Bytes per second over the last seconds; 0 where nothing came yet. */
  rate: z.number().nonnegative(),
  secondsLeft: z.number().nonnegative().nullable(),
});
export type InstallProgress = z.infer<typeof installProgress>;

/** Encoding the library anew: for an encoder that takes over when it is complete, or what the present one lacks. */
export const encodingProgress = z.object({
  encoder: encoderId,
  name: z.string(),
  /** False where the active encoder only makes up for what it lacks. */
  takesOver: z.boolean(),
  /** `indexing` builds the index aside when all pictures are encoded. */
  phase: z.enum(['encoding', 'indexing']),
  /** Pictures that have features, and all that can be encoded now. */
  done: z.number().int().nonnegative(),
  total: z.number().int().nonnegative(),
  /** Pictures whose original is offline or cannot be read now: they are encoded when they are back. */
  skipped: z.number().int().nonnegative(),
  /** Pictures per second over the last seconds. */
  rate: z.number().nonnegative(),
  secondsLeft: z.number().nonnegative().nullable(),
  /** Paused by the user. */
  paused: z.boolean(),
  /** Lets an index run go first. */
  waiting: z.boolean(),
  /** Goes on by itself, and waits until the computer is on mains power, or nobody uses it. */
  heldBy: backgroundHold.nullable(),
});
export type EncodingProgress = z.infer<typeof encodingProgress>;

export const encodersEvent = z.discriminatedUnion('type', [
  /** All of the present state, at once and after each change. */
  z.object({
    type: z.literal('progress'),
    active: encoderId,
    install: installProgress.nullable(),
    encoding: encodingProgress.nullable(),
    /** Grows when the list has changed: ask for it again. */
    revision: z.number().int().nonnegative(),
  }),
  /** Searches are answered with another encoder from now on: scores and models are others. */
  z.object({ type: z.literal('swapped'), encoder: encoderId, name: z.string(), skipped: z.number().int() }),
  /** A download is installed. */
  z.object({ type: z.literal('installed'), encoder: encoderId, name: z.string(), firstSeen }),
  /** A download or the encoding anew ended by an error; the encoder that was active still is. */
  z.object({
    type: z.literal('failed'),
    what: z.enum(['download', 'encoding']),
    encoder: encoderId,
    code: z.string(),
    message: z.string(),
  }),
  /** Something the user should be told once: "NVIDIA … failed twice: CPU goes on with encoding." */
  z.object({ type: z.literal('notice'), message: z.string() }),
  /** What encodes has changed: ask `compute.devices` again. */
  z.object({ type: z.literal('devices') }),
]);
export type EncodersEvent = z.infer<typeof encodersEvent>;

export const computeDevice = z.object({
  id: z.string(),
  kind: z.enum(['cpu', 'webgpu', 'cuda', 'dml', 'coreml']),
  name: z.string(),
  /** Pictures per second, measured with the active encoder; null where they were not. */
  rate: z.number().nonnegative().nullable(),
  state: z.enum(['used', 'usable', 'failed', 'untried']),
  /** Why it cannot be used. */
  reason: z.string().nullable(),
});
export type ComputeDevice = z.infer<typeof computeDevice>;

export const computeReport = z.object({
  /** `auto` (the fastest), or the id of the device that was chosen. */
  choice: z.string(),
  /** What encodes now, for people: "CPU, 2 threads". */
  provider: z.string(),
  /** Its pictures per second; null before the first are encoded. */
  rate: z.number().nonnegative().nullable(),
  /** Whether all devices were looked at and tried. */
  settled: z.boolean(),
  devices: z.array(computeDevice),
});
export type ComputeReport = z.infer<typeof computeReport>;
