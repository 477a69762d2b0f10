/** What is trained, as one: blocks of the encoder, its projection (which stays), the head. */
import * as tf from '@tensorflow/tfjs-core';
import { l2Normalize } from '../../../similarity/index.ts';
import type { ProjectionWeights } from '../../projection.ts';
import type { HeadWeights } from '../head.ts';
import type { DeepTask } from './deep-task.ts';
import type { SplitGraph } from './split-graph.ts';
import { TrainedPart } from './trained-part.ts';

/** Weights as they were at some time. */
export interface DeepWeights {
  /** In ONNX's order, by name. */
  readonly encoder: ReadonlyMap<string, Float32Array>;
  readonly head: HeadWeights;
}

export class DeepModel {
  readonly encoder: TrainedPart;
  readonly kernel: tf.Variable<tf.Rank.R2>;
  /** Null for a head without. */
  readonly bias: tf.Variable<tf.Rank.R1> | null;
  readonly #projection: ProjectionTensors;
  readonly #start: readonly tf.Tensor[];
  readonly #squares: { readonly encoder: number; readonly head: number };

  constructor(split: SplitGraph, { projection, head, dimensions }: DeepTask) {
    this.encoder = new TrainedPart(split);
    this.#projection = projectionTensors(projection);
    const inputs = head.kernel.length / dimensions;
    this.kernel = tf.tidy(() => tf.variable(tf.tensor2d(head.kernel, [inputs, dimensions])));
    this.bias = head.bias === null ? null : tf.tidy(() => tf.variable(tf.tensor1d(head.bias ?? [])));
    this.#start = [...this.encoderVariables, this.kernel].map((variable) => tf.clone(variable));
    const encoder = [...this.encoder.variables.keys()].map((name) => squareOf(split.weights.get(name)?.values ?? []));
    this.#squares = { encoder: encoder.reduce((sum, square) => sum + square, 0), head: squareOf(head.kernel) };
  }

  get encoderVariables(): readonly tf.Variable[] {
    return [...this.encoder.variables.values()];
  }

  get headVariables(): readonly tf.Variable[] {
    return this.bias === null ? [this.kernel] : [this.kernel, this.bias];
  }

  /** @returns unit vectors, [n, dimensions] */
  vectors(crossings: readonly tf.Tensor4D[]): tf.Tensor2D {
    return tf.tidy(() => {
      const base = projected(this.encoder.features(crossings), this.#projection);
      const plain = tf.matMul<tf.Tensor2D>(base, this.kernel);
      return l2Normalize(this.bias === null ? plain : tf.add<tf.Tensor2D>(plain, this.bias));
    });
  }

  /** The penalty for weights that are others than at the start: of each part its weight · |w - start|² / |start|². */
  penalty(weight: DeepTask['towardsStart']): tf.Scalar {
    return tf.tidy(() => {
      const moved = [...this.encoderVariables, this.kernel].map((variable, i) =>
        tf.sum(tf.square(tf.sub(variable, this.#start[i] as tf.Tensor))),
      );
      const head = tf.mul(moved.pop() as tf.Tensor, weight.head / Math.max(this.#squares.head, Number.EPSILON));
      // one by one: WebGPU's sum of a list binds a buffer for each, and has few to bind
      const sum = moved.reduce((some, each) => tf.add(some, each), tf.scalar(0));
      const encoder = tf.mul(sum, weight.encoder / Math.max(this.#squares.encoder, Number.EPSILON));
      return tf.add<tf.Scalar>(head, encoder);
    });
  }

  async weights(): Promise<DeepWeights> {
    const [kernel, bias] = await Promise.all(this.headVariables.map((variable) => variable.data<'float32'>()));
    return {
      encoder: await this.encoder.weights(),
      head: { kernel: (kernel ?? new Float32Array()).slice(), bias: bias?.slice() ?? null },
    };
  }

  dispose(): void {
    this.encoder.dispose();
    tf.dispose([...this.headVariables, ...this.#start, ...Object.values(this.#projection)]);
  }
}

/** In plain memory: a GPU without a page's canvas cannot be read from at once. */
function squareOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}

type ProjectionTensors = Readonly<Record<keyof ProjectionWeights, tf.Tensor>>;

function projectionTensors({ center, scale, matrix, offset }: ProjectionWeights): ProjectionTensors {
  return {
    center: tf.tensor1d(center),
    scale: tf.tensor1d(scale),
    // transposed once, so that neither it nor its gradient is in every step
    matrix: tf.tidy(() => tf.transpose(tf.tensor2d(matrix, [offset.length, center.length]))),
    offset: tf.tensor1d(offset),
  };
}

/** As `createProjection` computes it: `n(matrix · n((x - center) · scale) - offset)`. */
function projected(features: tf.Tensor2D, { center, scale, matrix, offset }: ProjectionTensors): tf.Tensor2D {
  const standardised = l2Normalize(tf.mul<tf.Tensor2D>(tf.sub(features, center), scale));
  return l2Normalize(tf.sub<tf.Tensor2D>(tf.matMul(standardised, matrix), offset));
}
