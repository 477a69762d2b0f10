import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { checkCount } from '../checks.ts';
import { SimilarityError } from '../errors.ts';
import { l2Normalize } from '../tensors/l2-normalize.ts';

export interface PrototypesArgs {
  /** How many prototypes; at least 1. */
  readonly units: number;
  /** Of the weights before they are brought to length 1. Default 0. */
  readonly seed?: number;
  readonly name?: string;
}

/** Numbers of one row of the matrix that the layer takes. @throws SimilarityError WRONG_RANK */
function dimensionsOf(shape: tfl.Shape | tfl.Shape[]): number {
  const [, dimensions] = shape;
  if (shape.length === 2 && typeof dimensions === 'number') return dimensions;
  const expected = 'a matrix [examples, dimensions] was expected';
  throw new SimilarityError('WRONG_RANK', 'input of Prototypes', { expected, shape: shape.flat() });
}

/**
 * SwAV's prototypes: trained vectors of length 1, and the cosine of each row with each of them.
 *
 * Input [examples, dimensions], of any length; output [examples, units], from -1 to 1.
 */
export class Prototypes extends tfl.layers.Layer {
  static readonly className = 'Prototypes';
  readonly #units: number;
  readonly #seed: number;
  #kernel: tfl.LayerVariable | undefined;

  /** @throws SimilarityError OUT_OF_RANGE or NOT_AN_INTEGER */
  constructor(args: PrototypesArgs) {
    super(args.name === undefined ? {} : { name: args.name });
    this.#units = checkCount('units', args.units);
    this.#seed = args.seed ?? 0;
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    // Not 0, which TF.js takes for no seed here.
    const initializer = tfl.initializers.randomNormal({ mean: 0, stddev: 1, seed: this.#seed + 1 });
    const shape = [this.#units, dimensionsOf(inputShape)];
    this.#kernel = this.addWeight('prototypes', shape, 'float32', initializer);
    this.built = true;
    this.normalize();
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return [(inputShape as tfl.Shape)[0] ?? null, this.#units];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const rows = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor2D;
    // Normalized here too: between a step of the optimizer and `normalize` they are not.
    return tf.tidy(() => tf.matMul(l2Normalize(rows), l2Normalize(this.#read()), false, true));
  }

  /** Brings the prototypes back to length 1, after an optimizer has moved them: its steps stay as long as they were. */
  normalize(): void {
    tf.tidy(() => {
      this.#kernel?.write(l2Normalize(this.#read()));
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), units: this.#units, seed: this.#seed };
  }

  #read(): tf.Tensor2D {
    return (this.#kernel as tfl.LayerVariable).read() as tf.Tensor2D;
  }
}

tf.serialization.registerClass(Prototypes, 'Similarity');
