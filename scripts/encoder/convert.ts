/**
 * Converts the cut of a TF.js graph (NHWC) to an ONNX model (NCHW) that takes bytes and gives pooled features.
 *
 * Only the operations that MobileNetV3 backbones are made of are known; any other is refused by name. Layouts: activations
 * [n,h,w,c] become [n,c,h,w]; weights [h,w,in,out] become [out,in,h,w], depthwise [h,w,c,1] become [c,1,h,w]; spatial means
 * [n,1,1,c] become [n,c,1,1]. TensorFlow's SAME padding is ONNX's SAME_UPPER.
 */
import type { onnx } from 'onnx-proto';
import {
  FLOAT,
  UINT8,
  encodeModel,
  float,
  floats,
  int,
  int64s,
  ints,
  node as onnxNode,
  text,
  valueInfo,
} from '../../src/compute/encoders/onnx-nodes.ts';
import {
  integersOf,
  stringsOf,
  transpose,
  type TfGraph,
  type TfNode,
  type TfTensor,
} from '../../src/compute/encoders/tf-graph.ts';
import { recogniseActivation } from './hard-swish.ts';

export interface ConvertOptions {
  /** Width and height of the input in pixels. */
  readonly inputSide: number;
  /** Nodes whose spatial means are joined, in this order, to the output. */
  readonly outputs: readonly string[];
  /** Channels of each output. */
  readonly channels: readonly number[];
  /** Gaussian smoothing of the pixels before the first convolution: standard deviation in pixels, 0 for none. */
  readonly smoothing: number;
  /** Average the features of each picture with those of its mirror image: twice the time. */
  readonly mirror: boolean;
}

/**
 * Gives the bytes of an ONNX model: `pixels` uint8 [n, side, side, 3] → `features` float32 [n, sum of channels].
 * The same graph and options give the same bytes.
 *
 * @throws Error that names the first operation or attribute that is not known
 */
export function convertToOnnx(graph: TfGraph, options: ConvertOptions): Uint8Array {
  const writer = new OnnxWriter(graph);
  writer.writeInput(options);
  writer.writeOutput(options);
  const side = options.inputSide;
  const size = options.channels.reduce((sum, channels) => sum + channels, 0);
  return encodeModel({
    name: 'encoder',
    node: writer.nodes,
    initializer: writer.initializers,
    input: [valueInfo('pixels', UINT8, ['n', side, side, 3])],
    output: [valueInfo('features', FLOAT, ['n', size])],
  });
}

class OnnxWriter {
  readonly nodes: onnx.INodeProto[] = [];
  readonly initializers: onnx.ITensorProto[] = [];
  readonly #graph: TfGraph;
  readonly #written = new Set<string>();

  constructor(graph: TfGraph) {
    this.#graph = graph;
  }

  /** From bytes to the float32 planes that the graph starts with. */
  writeInput({ mirror, smoothing }: ConvertOptions): void {
    // Transposed as bytes, then cast: a quarter of the memory traffic of the other order.
    this.#add('Transpose', ['pixels'], 'planes', [ints('perm', [0, 3, 1, 2])]);
    const planes = mirror ? this.#withMirrors('planes') : 'planes';
    const input = this.#graph.nodes.values().find((node) => node.op === 'Placeholder');
    if (input === undefined) throw new Error('the graph has no input');
    this.#written.add(input.name);
    this.#add('Cast', [planes], smoothing > 0 ? 'sharp' : input.name, [int('to', FLOAT)]);
    if (smoothing > 0) this.#smooth('sharp', input.name, smoothing);
  }

  /** 3 × 3 Gaussian on each colour; at the edges the outermost pixels go on. 0.2 ms a picture. */
  #smooth(from: string, to: string, deviation: number): void {
    const side = Math.exp(-1 / (2 * deviation ** 2));
    const taps = [side, 1, side].map((tap) => tap / (1 + 2 * side));
    const kernel = taps.flatMap((y) => taps.map((x) => y * x));
    this.#initializer('gaussian', [3, 1, 3, 3], [...kernel, ...kernel, ...kernel]);
    const pads = this.#int64('border', [0, 0, 1, 1, 0, 0, 1, 1]);
    this.#add('Pad', [from, pads], 'bordered', [text('mode', 'edge')]);
    this.#add('Conv', ['bordered', 'gaussian'], to, [int('group', 3), ints('kernel_shape', [3, 3])]);
  }

  /** [n,c,h,w] → [2n,c,h,w]: all pictures, then all mirror images. */
  #withMirrors(planes: string): string {
    const slice = [this.#int64('last', [-1]), this.#int64('first', [Number.MIN_SAFE_INTEGER]), this.#int64('w', [3])];
    this.#add('Slice', [planes, ...slice, this.#int64('backwards', [-1])], 'mirrored');
    return this.#add('Concat', [planes, 'mirrored'], 'both', [int('axis', 0)]);
  }

  /** Writes a node, and before it what it needs that is not written yet. Gives the name of its output. */
  #writeNode(name: string): string {
    if (this.#written.has(name)) return name;
    this.#written.add(name);
    const node = this.#graph.nodes.get(name);
    if (node === undefined) throw new Error(`the graph has no node ${name}`);
    const activation = recogniseActivation(this.#graph, node);
    if (activation !== undefined) {
      // Slope and offset of the operation HardSwish are these; HardSigmoid's own default is another slope.
      const attributes = activation.op === 'HardSigmoid' ? [float('alpha', 1 / 6), float('beta', 0.5)] : [];
      return this.#add(activation.op, [this.#writeNode(activation.input)], name, attributes);
    }
    return this.#writeOperation(node, node.input ?? []);
  }

  #writeOperation(node: TfNode, [first = '', second = '', third = '']: readonly string[]): string {
    switch (node.op) {
      case '_FusedConv2D':
      case 'FusedDepthwiseConv2dNative':
        return this.#convolution(node, this.#writeNode(first), second, third);
      case 'Mul':
      case 'Add':
        return this.#add(node.op, [this.#operand(first), this.#operand(second)], node.name);
      case 'Relu6':
        return this.#add('Clip', [this.#writeNode(first), this.#scalar('zero', 0), this.#scalar('six', 6)], node.name);
      case 'Mean':
        // Squeeze-and-excite: over height and width, kept as [n,c,1,1].
        if (String(this.#weight(second).values) !== '1,2') throw new Error(`${node.name}: mean over other than space`);
        return this.#add('GlobalAveragePool', [this.#writeNode(first)], node.name);
      default:
        throw new Error(`${node.name}: the operation ${node.op} is not known to the converter`);
    }
  }

  /** The spatial means of the outputs, joined, and all that they need. */
  writeOutput({ outputs, channels, mirror }: ConvertOptions): void {
    const means = outputs.map((output) =>
      this.#add('GlobalAveragePool', [this.#writeNode(output)], `${output}/spatial_mean`),
    );
    const joined = this.#add('Concat', means, 'joined', [int('axis', 1)]);
    const size = channels.reduce((sum, count) => sum + count, 0);
    if (!mirror) {
      this.#add('Reshape', [joined, this.#int64('flat', [-1, size])], 'features');
      return;
    }
    this.#add('Reshape', [joined, this.#int64('flat', [2, -1, size])], 'both_features');
    this.#add('ReduceMean', ['both_features'], 'features', [ints('axes', [0]), int('keepdims', 0)]);
  }

  #convolution(node: TfNode, input: string, kernelName: string, biasName: string): string {
    const depthwise = node.op === 'FusedDepthwiseConv2dNative';
    const kernel = this.#weight(kernelName);
    const [height = 0, width = 0, inputs = 0, outputs = 0] = kernel.shape;
    if (depthwise && outputs !== 1) throw new Error(`${node.name}: channel multiplier ${outputs}`);
    if (stringsOf(node, 'data_format')[0] !== 'NHWC') throw new Error(`${node.name}: not NHWC`);
    if (stringsOf(node, 'padding')[0] !== 'SAME') throw new Error(`${node.name}: not padded SAME`);
    const [bias, activation, ...more] = stringsOf(node, 'fused_ops');
    if (bias !== 'BiasAdd' || !['Relu', undefined].includes(activation) || more.length > 0) {
      throw new Error(`${node.name}: the fused operations ${stringsOf(node, 'fused_ops').join()} are not known`);
    }
    // HWIO → OIHW; depthwise HWC1 → C1HW.
    const order = depthwise ? [2, 3, 0, 1] : [3, 2, 0, 1];
    const shape = depthwise ? [inputs, 1, height, width] : [outputs, inputs, height, width];
    this.#initializer(kernelName, shape, transpose(kernel, order));
    this.#initializer(biasName, this.#weight(biasName).shape, this.#weight(biasName).values);
    const convolved = activation === undefined ? node.name : `${node.name}/convolved`;
    this.#add('Conv', [input, kernelName, biasName], convolved, [
      ints('kernel_shape', [height, width]),
      ints('strides', integersOf(node, 'strides').slice(1, 3)),
      ints('dilations', integersOf(node, 'dilations').slice(1, 3)),
      int('group', depthwise ? inputs : 1),
      text('auto_pad', 'SAME_UPPER'),
    ]);
    return activation === undefined ? convolved : this.#add('Relu', [convolved], node.name);
  }

  /** An activation by name, or a constant: scalars only, because a vector would have to change its layout. */
  #operand(name: string): string {
    const weight = this.#graph.weights.get(name);
    if (weight === undefined) return this.#writeNode(name);
    if (weight.values.length !== 1) throw new Error(`${name}: only scalar operands are known`);
    return this.#initializer(name, [], weight.values);
  }

  #weight(name: string): TfTensor {
    const weight = this.#graph.weights.get(name);
    if (weight === undefined) throw new Error(`${name} is not a constant`);
    return weight;
  }

  #scalar(name: string, value: number): string {
    return this.#initializer(name, [], new Float32Array([value]));
  }

  #int64(name: string, values: readonly number[]): string {
    return this.#store(name, int64s(name, values));
  }

  #initializer(name: string, shape: readonly number[], values: ArrayLike<number>): string {
    return this.#store(name, floats(name, shape, values));
  }

  #store(name: string, tensor: onnx.ITensorProto): string {
    if (!this.#written.has(name)) this.initializers.push(tensor);
    this.#written.add(name);
    return name;
  }

  #add(opType: string, input: string[], output: string, attribute: onnx.IAttributeProto[] = []): string {
    this.nodes.push(onnxNode(opType, input, output, attribute));
    return output;
  }
}
