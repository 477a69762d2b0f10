/**
 * The gradients that TensorFlow.js's WASM backend has no kernels for, or only a slow one. Without them neither a convolution nor a
 * gathered row can be trained on WASM. They are built of operations that it computes with XNNPACK.
 */
import * as tf from '@tensorflow/tfjs-core';
import {
  depthwiseFilterGradient,
  depthwiseInputGradient,
  filterGradient,
  inputGradient,
  type Geometry,
} from './convolution-gradients.ts';
import { hastenTransposedProducts } from './matrix-product.ts';

/** By name; which there are depends on the kernel. */
type Inputs = Readonly<Record<'x' | 'dy' | 'filter' | 'segmentIds', tf.Tensor4D>>;
/** What a convolution's kernels are told about it. */
interface Attributes {
  readonly inputShape: [number, number, number, number];
  readonly filterShape: [number, number, number, number];
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly numSegments: number;
}
type Gradient = (inputs: Inputs, attributes: Attributes) => tf.Tensor;

function geometryOf(
  input: readonly number[],
  filter: readonly number[],
  attributes: Attributes,
  depthwise = false,
): Geometry {
  // TensorFlow.js's own WASM kernels compute convolutions with channels last alone, so the forward pass has refused already.
  return tf.backend_util.computeConv2DInfo(
    input as [number, number, number, number],
    filter as [number, number, number, number],
    attributes.strides,
    1,
    attributes.pad,
    attributes.dimRoundingMode,
    depthwise,
  );
}

/** Rows added up by the segment each belongs to: the gradient of gathering rows. */
function segmentSum(rows: tf.Tensor, segmentIds: tf.Tensor, numSegments: number): tf.Tensor {
  const membership = tf.oneHot(tf.cast(tf.reshape<tf.Rank.R1>(segmentIds, [-1]), 'int32'), numSegments);
  const flat = tf.reshape<tf.Rank.R2>(rows, [segmentIds.size, -1]);
  const sums = tf.matMul(tf.transpose(tf.cast(membership, 'float32')), tf.cast(flat, 'float32'));
  return tf.reshape(sums, [numSegments, ...rows.shape.slice(segmentIds.rank)]);
}

const MISSING: Readonly<Record<string, Gradient>> = {
  Conv2DBackpropFilter: ({ x, dy }, attributes) =>
    filterGradient(x, dy, geometryOf(x.shape, attributes.filterShape, attributes)),
  DepthwiseConv2dNativeBackpropFilter: ({ x, dy }, attributes) =>
    depthwiseFilterGradient(x, dy, geometryOf(x.shape, attributes.filterShape, attributes, true)),
  DepthwiseConv2dNativeBackpropInput: ({ dy, filter }, attributes) =>
    depthwiseInputGradient(dy, filter, geometryOf(attributes.inputShape, filter.shape, attributes, true)),
  UnsortedSegmentSum: ({ x, segmentIds }, { numSegments }) => segmentSum(x, segmentIds, numSegments),
};

/** The backend's own is a plain loop: of [64, 14, 14, 32] through 3×3 to 64 channels 125 ms, where this takes 13. */
const SLOW: Readonly<Record<string, Gradient>> = {
  Conv2DBackpropInput: ({ dy, filter }, attributes) =>
    inputGradient(dy, filter, geometryOf(attributes.inputShape, filter.shape, attributes)),
};

let registered = false;

/** Registers with the WASM backend the kernels that training needs. Doing so again changes nothing. */
export function registerWasmGradients(): void {
  if (registered) return;
  registered = true;
  hastenTransposedProducts();
  for (const kernelName of Object.keys(SLOW)) tf.unregisterKernel(kernelName, 'wasm');
  // A later TensorFlow.js may have what this one lacks.
  const present = new Set(tf.getKernelsForBackend('wasm').map((kernel) => kernel.kernelName));
  for (const [kernelName, gradient] of Object.entries({ ...MISSING, ...SLOW })) {
    if (present.has(kernelName)) continue;
    tf.registerKernel({
      kernelName,
      backendName: 'wasm',
      // A kernel may answer with a tensor: the engine takes it as it is.
      kernelFunc: ({ inputs, attrs }) =>
        tf.tidy(() => gradient(inputs as unknown as Inputs, attrs as unknown as Attributes)),
    });
  }
}
