/**
 * The user's own model: what can be read from an ONNX file is read, the rest is asked. An ONNX file says the names, types and
 * sides of its input and outputs; it does not say which range its pixels have to be in.
 */
import { Tensor, type InferenceSession } from 'onnxruntime-node';
import { ServiceError } from '../../contract/errors.ts';
import type { ModelOutput, Preprocessing } from './definition.ts';
import { inputsOf, modelError, outputsOf, type ModelValue } from './model-file.ts';

/** Ranges that pixels are commonly brought into. */
const PIXEL_RANGES = {
  /** 0 to 1. */
  unit: { scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] },
  /** -1 to 1. */
  signed: { scale: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  /** Each colour by ImageNet's mean and deviation, as torchvision's models. */
  imagenet: { scale: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  /** Each colour by CLIP's. */
  clip: {
    scale: 1 / 255,
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
  },
  /** 0 to 255, as they are. */
  bytes: { scale: 1, mean: [0, 0, 0], std: [1, 1, 1] },
} as const satisfies Record<string, { scale: number; mean: readonly number[]; std: readonly number[] }>;
type PixelRange = keyof typeof PIXEL_RANGES;

/** What a user answers; each is asked only where the model does not say it. */
export interface OwnModelAnswers {
  readonly name?: string;
  /** Width and height in pixels. */
  readonly side?: number;
  readonly range?: PixelRange;
  readonly layout?: 'NCHW' | 'NHWC';
  /** Name of the output that describes a picture. */
  readonly output?: string;
  /** Of one that gives a row for each place: their mean, or the first. */
  readonly pooling?: 'mean' | 'cls';
  /** Not asked: `stretch` where not given. */
  readonly fit?: Preprocessing['fit'];
}

/** Something that the model does not say. */
export interface ModelQuestion {
  readonly key: 'side' | 'range' | 'layout' | 'output' | 'pooling';
  readonly question: string;
  /** What can be answered; `null` for any number. */
  readonly choices: readonly string[] | null;
  /** What fits most models. */
  readonly suggestion: string | null;
}

export type OwnModelReading =
  | { readonly needs: readonly ModelQuestion[] }
  | {
      readonly needs: readonly [];
      readonly preprocessing: Preprocessing;
      readonly output: ModelOutput;
      readonly inputName: string;
      readonly outputName: string;
      readonly batch: 1 | null;
    };

/** A side as a number, or undefined where it varies. */
function fixed(side: number | string | undefined): number | undefined {
  return typeof side === 'number' && side > 0 ? side : undefined;
}

/**
 * Reads input and output of a model, running it once on grey pictures to see what it gives.
 * @returns what is still to be asked, or all that an encoder's definition needs
 * @throws ServiceError ENCODER_SHAPE where it takes no picture of three colours or gives no rows
 */
export async function readOwnModel(
  session: InferenceSession,
  label: string,
  answers: OwnModelAnswers,
): Promise<OwnModelReading> {
  const input = pictureInput(inputsOf(session), label);
  const { layout, width, height, batch, needs } = readInput(input, answers);
  const range = input.type === 'uint8' ? 'bytes' : answers.range;
  if (range === undefined) {
    needs.push({
      key: 'range',
      question: 'Which range do the model’s pixels have?',
      choices: Object.keys(PIXEL_RANGES),
      suggestion: 'imagenet',
    });
  }
  if (layout === undefined || width === undefined || height === undefined) return { needs };

  const { scale, mean, std } = PIXEL_RANGES[range ?? 'unit'];
  const preprocessing: Preprocessing = {
    width,
    height,
    fit: answers.fit ?? 'stretch',
    keep: 1,
    kernel: 'cubic',
    scale,
    mean: [...mean],
    std: [...std],
    layout,
    dtype: input.type === 'uint8' || input.type === 'float16' ? input.type : 'float32',
    input: input.name,
  };
  const found = await probeOutputs(session, label, preprocessing);
  const chosen = chooseOutput(found, layout, answers, label);
  needs.push(...chosen.needs);
  if (needs.length > 0 || chosen.output === undefined) return { needs };
  const outputName = chosen.output.name ?? '';
  return { needs: [], preprocessing, output: chosen.output, inputName: input.name, outputName, batch };
}

/** The one input, of four sides. */
function pictureInput(inputs: readonly ModelValue[], label: string): ModelValue {
  const [input, second] = inputs;
  if (input === undefined || second !== undefined) {
    const names = inputs.map((value) => value.name).join(', ');
    throw new ServiceError('ENCODER_SHAPE', `${label} has ${inputs.length} inputs (${names}), not one`);
  }
  if (input.shape.length !== 4 || !['float32', 'float16', 'uint8'].includes(input.type)) {
    const shape = `${input.type} [${input.shape.join(', ')}]`;
    throw new ServiceError(
      'ENCODER_SHAPE',
      `the input ${input.name} of ${label} is ${shape}, not a picture of four sides`,
    );
  }
  const batch = fixed(input.shape[0]) ?? 1;
  if (batch !== 1) throw new ServiceError('ENCODER_SHAPE', `${label} takes exactly ${batch} pictures at once`);
  return input;
}

interface InputReading {
  readonly layout: 'NCHW' | 'NHWC' | undefined;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly batch: 1 | null;
  readonly needs: ModelQuestion[];
}

function readInput({ name, shape }: ModelValue, answers: OwnModelAnswers): InputReading {
  const [, second, , last] = shape.map(fixed);
  const needs: ModelQuestion[] = [];
  const layout = second === 3 ? 'NCHW' : last === 3 ? 'NHWC' : answers.layout;
  if (layout === undefined && second !== undefined && last !== undefined) {
    throw new ServiceError('ENCODER_SHAPE', `the input ${name} is [${shape.join(', ')}]: no side of three colours`);
  }
  if (layout === undefined) {
    const question = 'Where are the three colours in the model’s input?';
    needs.push({ key: 'layout', question, choices: ['NCHW', 'NHWC'], suggestion: 'NCHW' });
  }
  const [height, width] = (layout === 'NHWC' ? shape.slice(1, 3) : shape.slice(2, 4)).map(fixed);
  if (layout !== undefined && (height === undefined || width === undefined) && answers.side === undefined) {
    const question = 'How many pixels wide and high are the model’s pictures?';
    needs.push({ key: 'side', question, choices: null, suggestion: '224' });
  }
  return {
    layout,
    width: width ?? answers.side,
    height: height ?? answers.side,
    batch: fixed(shape[0]) === undefined ? null : 1,
    needs,
  };
}

/** Sides of each output for one picture, from a run: files often do not say them. */
async function probeOutputs(
  session: InferenceSession,
  label: string,
  preprocessing: Preprocessing,
): Promise<ModelValue[]> {
  const { width, height, layout, dtype } = preprocessing;
  const dims = layout === 'NCHW' ? [1, 3, height, width] : [1, height, width, 3];
  const values = width * height * 3;
  const grey =
    dtype === 'uint8'
      ? new Tensor('uint8', new Uint8Array(values).fill(127), dims)
      : dtype === 'float16'
        ? new Tensor('float16', new Uint16Array(values), dims)
        : new Tensor('float32', new Float32Array(values), dims);
  try {
    const result = await session.run({ [session.inputNames[0] ?? '']: grey });
    return outputsOf(session).map(({ name }) => {
      const tensor = result[name];
      return { name, type: tensor?.type ?? '', shape: tensor?.dims ?? [] };
    });
  } catch (error) {
    throw modelError(error, label);
  }
}

function chooseOutput(
  found: readonly ModelValue[],
  layout: 'NCHW' | 'NHWC',
  answers: OwnModelAnswers,
  label: string,
): { output?: ModelOutput; needs: ModelQuestion[] } {
  const fitting = found.filter(
    ({ type, shape }) => /^float(32|16)$/.test(type) && shape.length >= 2 && shape.length <= 4 && shape[0] === 1,
  );
  if (fitting.length === 0) {
    const shapes = found.map(({ name, type, shape }) => `${name}: ${type} [${shape.join(', ')}]`).join('; ');
    throw new ServiceError('ENCODER_SHAPE', `${label} gives ${shapes}, and none is a row of numbers for each picture`);
  }
  const named = answers.output === undefined ? undefined : fitting.find((value) => value.name === answers.output);
  const chosen = named ?? (fitting.length === 1 ? fitting[0] : undefined);
  if (chosen === undefined) {
    const names = fitting.map((value) => value.name);
    const question = 'Which output describes the picture?';
    return { needs: [{ key: 'output', question, choices: names, suggestion: suggested(fitting) }] };
  }
  return withPooling(chosen, layout, answers);
}

/** An output that is a row already and has a telling name, or the longest row. */
function suggested(outputs: readonly ModelValue[]): string | null {
  const rows = outputs.filter((value) => value.shape.length === 2);
  const telling = rows.find((value) => /embed|feature|pool/i.test(value.name));
  const longest = [...rows].sort((a, b) => Number(b.shape[1]) - Number(a.shape[1]))[0];
  return (telling ?? longest ?? outputs[0])?.name ?? null;
}

function withPooling(
  { name, shape }: ModelValue,
  layout: 'NCHW' | 'NHWC',
  answers: OwnModelAnswers,
): { output?: ModelOutput; needs: ModelQuestion[] } {
  const sides = shape.map(Number);
  const base = { name, normalise: true };
  if (sides.length === 2) {
    return { output: { ...base, axes: 'rows', pooling: 'none', size: sides[1] ?? 0 }, needs: [] };
  }
  if (sides.length === 4) {
    const axes = layout === 'NCHW' ? 'planes' : 'pixels';
    return { output: { ...base, axes, pooling: 'mean', size: sides[axes === 'planes' ? 1 : 3] ?? 0 }, needs: [] };
  }
  const size = sides[2] ?? 0;
  if (answers.pooling !== undefined)
    return { output: { ...base, axes: 'tokens', pooling: answers.pooling, size }, needs: [] };
  const question = `The model gives ${sides[1] ?? 0} rows a picture. Which stands for it: their mean, or the first (cls)?`;
  return { needs: [{ key: 'pooling', question, choices: ['mean', 'cls'], suggestion: 'cls' }] };
}
