/** How each operation of TensorFlow is written in ONNX, in TensorFlow's own layout. */
import type { onnx } from 'onnx-proto';
import { ServiceError } from '../../contract/errors.ts';
import type { TfWriter } from './convert-tf.ts';
import { FLOAT, INT32, INT64, float, int, ints, text } from './onnx-nodes.ts';
import { integersOf, stringsOf, transpose, type TfNode, type TfTensor } from './tf-graph.ts';

/** Writes one operation and gives the name of its result. */
type Operation = (writer: TfWriter, node: TfNode, inputs: readonly string[]) => string;

const TO_PLANES = ints('perm', [0, 3, 1, 2]);
const TO_PIXELS = ints('perm', [0, 2, 3, 1]);

function refuse(node: TfNode, what: string): ServiceError {
  return new ServiceError('ENCODER_OPERATION', `${node.op} (node ${node.name}): ${what}`);
}

/** The same operation by another name: all inputs, no attributes. */
function same(opType: string): Operation {
  return (writer, _, inputs) =>
    writer.add(
      opType,
      inputs.map((input) => writer.value(input)),
    );
}

function number(node: TfNode, name: string, otherwise: number): number {
  return node.attr?.[name]?.f ?? otherwise;
}

function flag(node: TfNode, name: string): boolean {
  return node.attr?.[name]?.b ?? false;
}

function wholeNumbers({ values }: TfTensor): number[] {
  return [...values];
}

/** `auto_pad` for TensorFlow's padding; refused where the pads are written out. */
function padding(node: TfNode): onnx.IAttributeProto {
  const kind = stringsOf(node, 'padding')[0];
  if (kind !== 'SAME' && kind !== 'VALID') throw refuse(node, `the padding ${kind ?? ''}`);
  return text('auto_pad', kind === 'SAME' ? 'SAME_UPPER' : 'VALID');
}

function requirePixels(node: TfNode): void {
  const format = stringsOf(node, 'data_format')[0] ?? 'NHWC';
  if (format !== 'NHWC') throw refuse(node, `the layout ${format}`);
}

function convolution(depthwise: boolean): Operation {
  return (writer, node, [input, kernel, ...more]) => {
    requirePixels(node);
    const weights = writer.constant(kernel);
    const [height = 0, width = 0, from = 0, to = 0] = weights.shape;
    // HWIO → OIHW; depthwise HWCM → (C·M)1HW, which is TensorFlow's order of its results
    const shape = depthwise ? [from * to, 1, height, width] : [to, from, height, width];
    const values = transpose(weights, depthwise ? [2, 3, 0, 1] : [3, 2, 0, 1]);
    const planes = writer.add('Transpose', [writer.value(input)], [TO_PLANES]);
    const convolved = writer.add(
      'Conv',
      [planes, writer.floats(shape, values)],
      [
        ints('kernel_shape', [height, width]),
        ints('strides', integersOf(node, 'strides').slice(1, 3)),
        ints('dilations', spatial(integersOf(node, 'dilations'))),
        int('group', depthwise ? from : 1),
        padding(node),
      ],
    );
    return fused(writer, node, writer.add('Transpose', [convolved], [TO_PIXELS]), more);
  };
}

function spatial(sides: readonly number[]): number[] {
  return sides.length === 4 ? sides.slice(1, 3) : [1, 1];
}

/** What TF.js' converter joins to a convolution or product: a bias, then an activation. */
function fused(writer: TfWriter, node: TfNode, value: string, inputs: readonly string[]): string {
  const rest = [...inputs];
  return stringsOf(node, 'fused_ops').reduce((current, operation) => {
    if (operation === 'BiasAdd') return writer.add('Add', [current, writer.value(rest.shift())]);
    if (operation === 'Prelu') return writer.add('PRelu', [current, writer.value(rest.shift())]);
    const activation = ACTIVATIONS[operation];
    if (activation === undefined) throw refuse(node, `the fused operation ${operation}`);
    return activation(writer, node, current);
  }, value);
}

const ACTIVATIONS: Readonly<Record<string, (writer: TfWriter, node: TfNode, value: string) => string>> = {
  Relu: (writer, _, value) => writer.add('Relu', [value]),
  Relu6: (writer, _, value) => writer.add('Clip', [value, writer.floats([], [0]), writer.floats([], [6])]),
  Elu: (writer, _, value) => writer.add('Elu', [value]),
  Sigmoid: (writer, _, value) => writer.add('Sigmoid', [value]),
  Tanh: (writer, _, value) => writer.add('Tanh', [value]),
  LeakyRelu: (writer, node, value) =>
    writer.add('LeakyRelu', [value], [float('alpha', number(node, 'leakyrelu_alpha', number(node, 'alpha', 0.2)))]),
};

function activation(name: string): Operation {
  return (writer, node, [input]) => {
    const write = ACTIVATIONS[name];
    if (write === undefined) throw refuse(node, 'not known');
    return write(writer, node, writer.value(input));
  };
}

function pool(opType: string): Operation {
  return (writer, node, [input]) => {
    requirePixels(node);
    const planes = writer.add('Transpose', [writer.value(input)], [TO_PLANES]);
    const pooled = writer.add(
      opType,
      [planes],
      [
        ints('kernel_shape', integersOf(node, 'ksize').slice(1, 3)),
        ints('strides', integersOf(node, 'strides').slice(1, 3)),
        padding(node),
      ],
    );
    return writer.add('Transpose', [pooled], [TO_PIXELS]);
  };
}

function reduce(opType: string): Operation {
  return (writer, node, [input, axes]) => {
    const which = wholeNumbers(writer.constant(axes));
    const keep = int('keepdims', flag(node, 'keep_dims') ? 1 : 0);
    // ReduceSum takes its axes as an input since opset 13, the others since 18
    if (opType === 'ReduceSum') return writer.add(opType, [writer.value(input), writer.integers(which)], [keep]);
    return writer.add(opType, [writer.value(input)], [ints('axes', which), keep]);
  };
}

const product: Operation = (writer, node, [left, right, ...more]) => {
  const [a, b] = [writer.value(left), writer.value(right)];
  const turn = (value: string): string => writer.add('Transpose', [value], [ints('perm', [1, 0])]);
  const multiplied = writer.add('MatMul', [
    flag(node, 'transpose_a') ? turn(a) : a,
    flag(node, 'transpose_b') ? turn(b) : b,
  ]);
  return fused(writer, node, multiplied, more);
};

/** With its mean and variance known it is a factor and an offset a channel. */
const batchNorm: Operation = (writer, node, [input, scale, offset, mean, variance]) => {
  requirePixels(node);
  const [gamma, beta, average, spread] = [scale, offset, mean, variance].map((each) => writer.constant(each).values);
  const epsilon = number(node, 'epsilon', 0.001);
  const factor = Float32Array.from(gamma ?? [], (value, i) => value / Math.sqrt((spread?.[i] ?? 1) + epsilon));
  const shift = factor.map((value, i) => (beta?.[i] ?? 0) - (average?.[i] ?? 0) * value);
  const scaled = writer.add('Mul', [writer.value(input), writer.floats([factor.length], factor)]);
  return writer.add('Add', [scaled, writer.floats([shift.length], shift)]);
};

function pad(mode: 'constant' | 'reflect'): Operation {
  return (writer, node, [input, paddings, value]) => {
    if (mode === 'reflect' && stringsOf(node, 'mode')[0] !== 'REFLECT') throw refuse(node, 'another mode than REFLECT');
    const pairs = wholeNumbers(writer.constant(paddings));
    // TensorFlow: before and after, axis by axis; ONNX: all before, then all after
    const pads = [...pairs.filter((_, i) => i % 2 === 0), ...pairs.filter((_, i) => i % 2 === 1)];
    const fill = value === undefined ? [] : [writer.value(value)];
    return writer.add('Pad', [writer.value(input), writer.integers(pads), ...fill], [text('mode', mode)]);
  };
}

/** Of a vector, one element or a part: what exporters take a shape apart with. */
const stridedSlice: Operation = (writer, node, [input, begin, end, strides]) => {
  const [from, to, by] = [begin, end, strides].map((each) => wholeNumbers(writer.constant(each)));
  const masks = ['ellipsis_mask', 'new_axis_mask'].map((name) => Number(node.attr?.[name]?.i ?? 0));
  if (from?.length !== 1 || masks.some((mask) => mask !== 0)) throw refuse(node, 'of more than one axis');
  const open = (name: string): boolean => Number(node.attr?.[name]?.i ?? 0) === 1;
  const starts = open('begin_mask') ? [0] : from;
  const ends = open('end_mask') ? [2 ** 31 - 1] : (to ?? []);
  const parts = [starts, open('shrink_axis_mask') ? starts.map((at) => at + 1) : ends, [0], by ?? [1]];
  const sliced = writer.add('Slice', [writer.value(input), ...parts.map((part) => writer.integers(part))]);
  return open('shrink_axis_mask') ? writer.add('Squeeze', [sliced, writer.integers([0])]) : sliced;
};

const pack: Operation = (writer, node, inputs) => {
  if (Number(node.attr?.['axis']?.i ?? 0) !== 0) throw refuse(node, 'along another axis than the first');
  const rows = inputs.map((input) => writer.add('Unsqueeze', [writer.value(input), writer.integers([0])]));
  return writer.add('Concat', rows, [int('axis', 0)]);
};

const cast: Operation = (writer, node, [input]) => {
  const type = node.attr?.['DstT']?.type;
  const to = type === 'DT_FLOAT' || type === 1 ? FLOAT : type === 'DT_INT32' || type === 3 ? INT32 : undefined;
  if (to === undefined) throw refuse(node, `to ${String(type)}`);
  return writer.add('Cast', [writer.value(input)], [int('to', to)]);
};

/** By TensorFlow's name. What is not here is refused by it. */
export const TF_OPERATIONS: Readonly<Record<string, Operation>> = {
  Conv2D: convolution(false),
  _FusedConv2D: convolution(false),
  DepthwiseConv2dNative: convolution(true),
  FusedDepthwiseConv2dNative: convolution(true),
  MatMul: product,
  _FusedMatMul: product,
  BiasAdd: same('Add'),
  Add: same('Add'),
  AddV2: same('Add'),
  AddN: same('Sum'),
  Sub: same('Sub'),
  Mul: same('Mul'),
  RealDiv: same('Div'),
  Maximum: same('Max'),
  Minimum: same('Min'),
  Pow: same('Pow'),
  SquaredDifference: (writer, _, [a, b]) => {
    const difference = writer.add('Sub', [writer.value(a), writer.value(b)]);
    return writer.add('Mul', [difference, difference]);
  },
  Relu: activation('Relu'),
  Relu6: activation('Relu6'),
  Elu: activation('Elu'),
  Sigmoid: activation('Sigmoid'),
  Tanh: activation('Tanh'),
  LeakyRelu: activation('LeakyRelu'),
  Selu: same('Selu'),
  Prelu: same('PRelu'),
  Softplus: same('Softplus'),
  Softmax: (writer, _, [input]) => writer.add('Softmax', [writer.value(input)], [int('axis', -1)]),
  Erf: same('Erf'),
  Exp: same('Exp'),
  Log: same('Log'),
  Sqrt: same('Sqrt'),
  Neg: same('Neg'),
  Abs: same('Abs'),
  Reciprocal: same('Reciprocal'),
  Rsqrt: (writer, _, [input]) => writer.add('Reciprocal', [writer.add('Sqrt', [writer.value(input)])]),
  Square: (writer, _, [input]) => writer.add('Mul', [writer.value(input), writer.value(input)]),
  MaxPool: pool('MaxPool'),
  AvgPool: pool('AveragePool'),
  Mean: reduce('ReduceMean'),
  Max: reduce('ReduceMax'),
  Sum: reduce('ReduceSum'),
  FusedBatchNorm: batchNorm,
  FusedBatchNormV2: batchNorm,
  FusedBatchNormV3: batchNorm,
  Pad: pad('constant'),
  PadV2: pad('constant'),
  MirrorPad: pad('reflect'),
  Reshape: (writer, _, [input, shape]) => {
    const sides = writer.isConstant(shape)
      ? writer.integers(wholeNumbers(writer.constant(shape)))
      : writer.value(shape);
    return writer.add('Reshape', [writer.value(input), sides]);
  },
  Squeeze: (writer, node, [input]) => {
    const axes = integersOf(node, 'squeeze_dims');
    return writer.add('Squeeze', [writer.value(input), ...(axes.length === 0 ? [] : [writer.integers(axes)])]);
  },
  ExpandDims: (writer, _, [input, axis]) =>
    writer.add('Unsqueeze', [writer.value(input), writer.integers(wholeNumbers(writer.constant(axis)))]),
  ConcatV2: (writer, _, inputs) => {
    const [axis = 0] = wholeNumbers(writer.constant(inputs.at(-1)));
    return writer.add(
      'Concat',
      inputs.slice(0, -1).map((input) => writer.value(input)),
      [int('axis', axis)],
    );
  },
  Transpose: (writer, _, [input, order]) =>
    writer.add('Transpose', [writer.value(input)], [ints('perm', wholeNumbers(writer.constant(order)))]),
  Shape: (writer, _, [input]) => writer.add('Cast', [writer.add('Shape', [writer.value(input)])], [int('to', INT64)]),
  StridedSlice: stridedSlice,
  Pack: pack,
  Cast: cast,
  Identity: same('Identity'),
  StopGradient: same('Identity'),
};
