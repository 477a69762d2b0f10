/** The blocks that are trained, in TensorFlow.js: channels last, the weights as variables. */
import * as tf from '@tensorflow/tfjs-core';
import type { OnnxNode, OnnxWeight } from './onnx-graph.ts';
import type { SplitGraph } from './split-graph.ts';

/**
 * Batch statistics are folded into the weights and biases already, so they stay what they are: nothing here depends on who
 * else is in the batch.
 */
export class TrainedPart {
  /** Weights and biases of the convolutions, by their names in the encoder. */
  readonly variables: ReadonlyMap<string, tf.Variable>;
  readonly #split: SplitGraph;
  readonly #isDepthwise: ReadonlySet<string>;

  constructor(split: SplitGraph) {
    this.#split = split;
    const convolutions = split.trained.filter(({ op }) => op === 'Conv');
    this.#isDepthwise = new Set(convolutions.filter(isDepthwise).map(({ inputs }) => inputs[1] ?? ''));
    const names = convolutions.flatMap(({ inputs }) => inputs.slice(1));
    this.variables = new Map(names.map((name) => [name, this.#variable(name)]));
  }

  #variable(name: string): tf.Variable {
    const weight = this.#split.weights.get(name);
    if (weight === undefined) throw new RangeError(`${name} is not a constant of the encoder`);
    const value = tf.tidy(() => toTensorFlow(weight, this.#isDepthwise.has(name)));
    try {
      return tf.variable(value);
    } finally {
      value.dispose();
    }
  }

  /**
   * @param crossings [n, h, w, c] each, in the order of the split's
   * @returns the encoder's features, [n, size]
   */
  features(crossings: readonly tf.Tensor4D[]): tf.Tensor2D {
    return tf.tidy(() => {
      const { trained } = this.#split;
      const values = new Map<string, tf.Tensor>(this.#split.crossings.map(({ name }, i) => [name, at(crossings, i)]));
      for (const each of trained) values.set(each.output, this.#compute(each, values));
      return values.get(trained.at(-1)?.output ?? '') as tf.Tensor2D;
    });
  }

  #compute(node: OnnxNode, values: ReadonlyMap<string, tf.Tensor>): tf.Tensor {
    const [first = '', second = '', third = ''] = node.inputs;
    const value = (name: string): tf.Tensor4D => {
      const found = values.get(name);
      if (found === undefined) throw new RangeError(`${name}, which ${node.output} needs, is not computed`);
      return found as tf.Tensor4D;
    };
    switch (node.op) {
      case 'Conv':
        return tf.add(this.#convolve(node, value(first)), this.#weight(third));
      case 'Relu':
        return tf.relu(value(first));
      case 'HardSwish':
        return tf.mul(value(first), tf.mul(tf.relu6(tf.add(value(first), 3)), 1 / 6));
      case 'HardSigmoid':
        // the converter writes no other slope than 1/6 and no other offset than 1/2
        return tf.mul(tf.relu6(tf.add(value(first), 3)), 1 / 6);
      case 'GlobalAveragePool':
        return tf.mean(value(first), [1, 2], true);
      case 'Mul':
        return tf.mul(value(first), value(second));
      case 'Add':
        return tf.add(value(first), value(second));
      case 'Concat':
        return tf.concat(node.inputs.map(value), 3);
      case 'Reshape':
        // the joined means, [n, 1, 1, size]
        return tf.reshape(value(first), [value(first).shape[0], -1]);
      default:
        throw new RangeError(`${node.op} (node ${node.output}) cannot be trained`);
    }
  }

  #convolve(node: OnnxNode, input: tf.Tensor4D): tf.Tensor4D {
    const kernel = this.#weight(node.inputs[1] ?? '') as tf.Tensor4D;
    const strides = listOf(node, 'strides');
    const dilations = listOf(node, 'dilations');
    if (node.attributes['auto_pad'] !== 'SAME_UPPER' || dilations.some((side) => side !== 1)) {
      throw new RangeError(`the padding or dilation of ${node.output} is not known`);
    }
    const stride: [number, number] = [strides[0] ?? 1, strides[1] ?? 1];
    if (isDepthwise(node)) return tf.depthwiseConv2d(input, kernel, stride, 'same');
    return tf.conv2d(input, kernel, stride, 'same');
  }

  #weight(name: string): tf.Variable {
    const variable = this.variables.get(name);
    if (variable === undefined) throw new RangeError(`${name} is not a weight`);
    return variable;
  }

  /** The weights as they are now, in ONNX's order, by name. */
  async weights(): Promise<Map<string, Float32Array>> {
    const all = new Map<string, Float32Array>();
    for (const [name, variable] of this.variables) {
      const ordered = tf.tidy(() => toOnnx(variable, this.#isDepthwise.has(name)));
      all.set(name, await ordered.data<'float32'>());
      ordered.dispose();
    }
    return all;
  }

  dispose(): void {
    for (const variable of this.variables.values()) variable.dispose();
  }
}

function at(crossings: readonly tf.Tensor4D[], i: number): tf.Tensor4D {
  const found = crossings[i];
  if (found === undefined) throw new RangeError(`${crossings.length} values cross the cut, not more than ${i}`);
  return found;
}

function listOf({ attributes }: OnnxNode, name: string): readonly number[] {
  const list = attributes[name];
  return Array.isArray(list) ? (list as readonly number[]) : [];
}

function isDepthwise({ attributes }: OnnxNode): boolean {
  return Number(attributes['group'] ?? 1) > 1;
}

/** OIHW → HWIO; depthwise C1HW → HWC1; biases as they are. */
function toTensorFlow({ dims, values }: OnnxWeight, depthwise: boolean): tf.Tensor {
  const plain = tf.tensor(values, [...dims]);
  return dims.length === 4 ? tf.transpose(plain, depthwise ? [2, 3, 0, 1] : [2, 3, 1, 0]) : plain;
}

function toOnnx(weight: tf.Tensor, depthwise: boolean): tf.Tensor {
  // of one side a copy, so that whoever disposes of it leaves the variable
  return weight.rank === 4 ? tf.transpose(weight, depthwise ? [2, 3, 0, 1] : [3, 2, 0, 1]) : tf.clone(weight);
}
