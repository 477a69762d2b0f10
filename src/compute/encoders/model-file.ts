/** Opens ONNX files with ONNX Runtime, and says in the project's own terms what is wrong with one that does not open. */
import { InferenceSession } from 'onnxruntime-node';
import { ServiceError } from '../../contract/errors.ts';

/** An input or output of a model. */
export interface ModelValue {
  readonly name: string;
  /** `float32`, `uint8`, `int64`, …; `''` for what is no tensor. */
  readonly type: string;
  /** Sides; a name, or -1, for one that varies. */
  readonly shape: readonly (number | string)[];
}

/**
 * A session of the CPU provider, for looking at a model and trying it. Release it after use.
 * @param label - what errors call the model
 * @throws ServiceError ENCODER_DAMAGED, ENCODER_OPERATION, ENCODER_SHAPE
 */
export async function openModel(file: string, label: string): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(file, {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'basic',
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 4,
    });
  } catch (error) {
    throw modelError(error, label);
  }
}

/** ONNX Runtime has one kind of error, a text; what it says of the model decides the code. */
export function modelError(error: unknown, label: string): ServiceError {
  if (error instanceof ServiceError) return error;
  const message = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
  // without the path of the file as it is put together, which means nothing to the user
  const reason = message.replace(/^Load model from .* failed:/, '');
  const detail = `${label}: ${reason}`;
  const unknown =
    /No Op registered for (\S+)/.exec(reason)?.[1] ??
    /(?:Fatal error: )?(\S+?)(?:\(-?\d+\))? is not a registered function\/op/.exec(reason)?.[1] ??
    /Could not find an implementation for (\S+)/.exec(reason)?.[1]?.replace(/\(\d+\)$/, '');
  const options = { cause: error };
  if (unknown !== undefined) return new ServiceError('ENCODER_OPERATION', `${unknown} (${label})`, options);
  if (/opset \d+ is under development|Unsupported model IR version|opset/i.test(reason)) {
    return new ServiceError('ENCODER_OPERATION', detail, options);
  }
  if (
    /ShapeInferenceError|TypeInferenceError|Got invalid dimensions|Invalid rank|unexpected input data type|dimension/i.test(
      reason,
    )
  ) {
    return new ServiceError('ENCODER_SHAPE', detail, options);
  }
  return new ServiceError('ENCODER_DAMAGED', detail, options);
}

export function inputsOf(session: InferenceSession): ModelValue[] {
  return session.inputMetadata.map(modelValue);
}

export function outputsOf(session: InferenceSession): ModelValue[] {
  return session.outputMetadata.map(modelValue);
}

function modelValue(metadata: InferenceSession.ValueMetadata): ModelValue {
  if (!metadata.isTensor) return { name: metadata.name, type: '', shape: [] };
  return { name: metadata.name, type: metadata.type, shape: metadata.shape };
}
