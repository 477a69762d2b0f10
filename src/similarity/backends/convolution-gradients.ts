/**
 * The gradients of convolutions, written as matrix products and forward convolutions. Channels last throughout; a geometry is what
 * TensorFlow.js works out of shapes, strides and padding; it knows no gradients of dilated convolutions.
 */
import * as tf from '@tensorflow/tfjs-core';

export type Geometry = tf.backend_util.Conv2DInfo;

/** Zeros at each side; below 0, how many rows or columns are cut off there. */
interface Border {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

type Padding = [[0, 0], [number, number], [number, number], [0, 0]];

/** The sides of a border that add zeros, as TensorFlow.js writes them. */
function zerosOf({ top, bottom, left, right }: Border): Padding {
  return [
    [0, 0],
    [Math.max(0, top), Math.max(0, bottom)],
    [Math.max(0, left), Math.max(0, right)],
    [0, 0],
  ];
}

/** The sides of a border that cut something off. */
function cut(images: tf.Tensor4D, { top, bottom, left, right }: Border): tf.Tensor4D {
  if (Math.min(top, bottom, left, right) >= 0) return images;
  const [count, height, width, channels] = images.shape;
  const [fromTop, fromLeft] = [Math.max(0, -top), Math.max(0, -left)];
  const rows = height - fromTop - Math.max(0, -bottom);
  return tf.slice(images, [0, fromTop, fromLeft, 0], [count, rows, width - fromLeft - Math.max(0, -right), channels]);
}

function withBorder(images: tf.Tensor4D, border: Border): tf.Tensor4D {
  return tf.pad(cut(images, border), zerosOf(border));
}

/** How many rows and columns of the input the filter reaches over from its first place to its last. */
function reachOf(geometry: Geometry): { readonly rows: number; readonly columns: number } {
  const { outHeight, outWidth, strideHeight, strideWidth } = geometry;
  return {
    rows: (outHeight - 1) * strideHeight + geometry.filterHeight,
    columns: (outWidth - 1) * strideWidth + geometry.filterWidth,
  };
}

/** The gradient with the gaps of a stride filled with zeros: [n, outHeight × strideHeight, outWidth × strideWidth, out]. */
function unstrided(
  dy: tf.Tensor4D,
  { outHeight, outWidth, strideHeight, strideWidth, outChannels }: Geometry,
): tf.Tensor4D {
  if (strideHeight === 1 && strideWidth === 1) return dy;
  const behind = (rows: tf.Tensor3D, zeros: number): tf.Tensor3D =>
    tf.pad(rows, [
      [0, 0],
      [0, zeros],
      [0, 0],
    ]);
  const byRow = behind(tf.reshape(dy, [-1, 1, outWidth * outChannels]), strideHeight - 1);
  const byColumn = behind(tf.reshape(byRow, [-1, 1, outChannels]), strideWidth - 1);
  return tf.reshape(byColumn, [-1, outHeight * strideHeight, outWidth * strideWidth, outChannels]);
}

/**
 * A filter's gradient is a convolution itself: the input with the gradient as its filter, where strides become dilations. (Cutting
 * out what lies under each place of the filter, and multiplying, took three times as long: every slice on WASM copies its whole
 * input.)
 */
function asConvolution(geometry: Geometry) {
  const { inHeight, inWidth, padInfo } = geometry;
  const { top, left } = padInfo;
  const { rows, columns } = reachOf(geometry);
  const border = { top, left, bottom: rows - inHeight - top, right: columns - inWidth - left };
  return {
    padding: zerosOf(border),
    border,
    dilations: [geometry.strideHeight, geometry.strideWidth] as [number, number],
  };
}

/** @returns the gradient of the filter, [filterHeight, filterWidth, in, out] */
export function filterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, geometry: Geometry): tf.Tensor4D {
  const { border, padding, dilations } = asConvolution(geometry);
  // Examples take the place of channels, and the input's channels that of examples: [in, rows, columns, n] and [.., n, out].
  const inputs = tf.transpose(cut(x, border), [3, 1, 2, 0]);
  const gradients = tf.transpose(dy, [1, 2, 0, 3]);
  return tf.transpose(tf.conv2d(inputs, gradients, 1, padding, 'NHWC', dilations), [1, 2, 0, 3]);
}

/** @returns the gradient of a depthwise filter, [filterHeight, filterWidth, in, multiplier] */
export function depthwiseFilterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, geometry: Geometry): tf.Tensor4D {
  const { batchSize, inChannels, outChannels, outHeight, outWidth, filterHeight, filterWidth } = geometry;
  const { border, dilations } = asConvolution(geometry);
  // Every channel of every example is a channel of its own, and they are added up over the examples.
  const padded = withBorder(x, border);
  const [, rows, columns] = padded.shape;
  const channels = batchSize * inChannels;
  const multiplier = outChannels / inChannels;
  const inputs = tf.reshape<tf.Rank.R4>(tf.transpose(padded, [1, 2, 0, 3]), [1, rows, columns, channels]);
  const gradients = tf.reshape<tf.Rank.R4>(tf.transpose(dy, [1, 2, 0, 3]), [outHeight, outWidth, channels, multiplier]);
  const each = tf.depthwiseConv2d(inputs, gradients, 1, 'valid', 'NHWC', dilations);
  const sums = tf.sum(tf.reshape(each, [filterHeight * filterWidth, batchSize, outChannels]), 1);
  return tf.reshape(sums, geometry.filterShape);
}

/** What a full convolution with the turned filter runs over, so that each input cell meets the outputs that it went into. */
function around(geometry: Geometry): Border {
  const { inHeight, inWidth, padInfo, strideHeight, strideWidth } = geometry;
  const { rows, columns } = reachOf(geometry);
  const over = geometry.filterHeight - 1;
  const aside = geometry.filterWidth - 1;
  return {
    top: over - padInfo.top,
    left: aside - padInfo.left,
    // Behind the last row stand a stride's zeros already; input that the filter never reached has no gradient.
    bottom: over + inHeight - rows + padInfo.top - (strideHeight - 1),
    right: aside + inWidth - columns + padInfo.left - (strideWidth - 1),
  };
}

/** @returns the gradient of the input of a convolution, [n, inHeight, inWidth, in] */
export function inputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D, geometry: Geometry): tf.Tensor4D {
  const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
  const border = around(geometry);
  return tf.conv2d(cut(unstrided(dy, geometry), border), turned, 1, zerosOf(border));
}

/** @returns the gradient of the input of a depthwise convolution, [n, inHeight, inWidth, in] */
export function depthwiseInputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D, geometry: Geometry): tf.Tensor4D {
  const { batchSize, inHeight, inWidth, inChannels, outChannels, filterHeight, filterWidth } = geometry;
  const turned = tf.reshape<tf.Rank.R4>(tf.reverse(filter, [0, 1]), [filterHeight, filterWidth, outChannels, 1]);
  const each = tf.depthwiseConv2d(withBorder(unstrided(dy, geometry), around(geometry)), turned, 1, 'valid');
  if (outChannels === inChannels) return each;
  return tf.sum(tf.reshape(each, [batchSize, inHeight, inWidth, inChannels, outChannels / inChannels]), 4);
}
