/**
 * Gives every image model the one form that the encoder's threads know: one input of bytes, uint8 [n, height, width, 3], and one
 * output of features, float32 [n, size]. Nodes that transpose and normalise are put before the model's own, nodes that pool
 * after them. So pixels travel as bytes, a quarter of the traffic, are prepared on the device that encodes, and no thread needs
 * to know one model from another.
 *
 * The weights are not decoded: a model is a protocol-buffer message, and only the graph's inputs and outputs are replaced.
 */
import proto, { type onnx } from 'onnx-proto';
import type { ModelOutput, Preprocessing } from './definition.ts';
import { FLOAT, FLOAT16, UINT8, floats, int, int64s, ints, node, valueInfo } from './onnx-nodes.ts';
import { delimited, readFields, stringField, varintField, type WireField } from './protobuf-wire.ts';
import { ADDED_PREFIX as PREFIX, PREPARED_INPUT, PREPARED_OUTPUT } from './prepared-names.ts';

const { NodeProto, TensorProto, ValueInfoProto } = proto.onnx;

/** Field numbers of onnx.proto. */
const MODEL = { irVersion: 1, graph: 7 } as const;
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12 } as const;

/** From this version of the format on, a constant need not be an input too. */
const IR_VERSION = 4;

export interface PrepareOptions {
  readonly preprocessing: Preprocessing;
  readonly output: ModelOutput;
  /** Names of the model's input and of the output to take. */
  readonly inputName: string;
  readonly outputName: string;
  /** Pictures that the model takes at once, where it is fixed; `null` for any number. */
  readonly batch: number | null;
}

/**
 * The prepared model, as parts to be written one after another; the long ones are views of `model`.
 * @throws RangeError where `model` is no ONNX model
 */
export function prepareModel(model: Uint8Array, options: PrepareOptions): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let graphs = 0;
  let version = 0;
  for (const field of readFields(model)) {
    if (field.number === MODEL.irVersion) version = field.value;
    if (field.number !== MODEL.graph) parts.push(field.bytes);
    else {
      parts.push(...delimited(MODEL.graph, prepareGraph(field.content, options)));
      graphs++;
    }
  }
  if (graphs !== 1 || version === 0) throw new RangeError('not an ONNX model');
  // of a number that is there twice, the last counts
  if (version < IR_VERSION) parts.push(varintField(MODEL.irVersion, IR_VERSION));
  return parts;
}

function prepareGraph(graph: Uint8Array, options: PrepareOptions): Uint8Array[] {
  const before = nodesBefore(options);
  const after = nodesAfter(options);
  const { preprocessing, output, batch } = options;
  const rows = batch ?? 'n';
  const input = valueInfo(PREPARED_INPUT, UINT8, [rows, preprocessing.height, preprocessing.width, 3]);
  const features = valueInfo(PREPARED_OUTPUT, FLOAT, [rows, output.size]);
  const constants = [...before.constants, ...after.constants];
  return [
    ...encoded(GRAPH.node, before.nodes, (item) => NodeProto.encode(NodeProto.create(item)).finish()),
    ...[...readFields(graph)].filter((field) => isKept(field, options)).map((field) => field.bytes),
    ...encoded(GRAPH.node, after.nodes, (item) => NodeProto.encode(NodeProto.create(item)).finish()),
    ...encoded(GRAPH.initializer, constants, (item) => TensorProto.encode(TensorProto.create(item)).finish()),
    ...encoded(GRAPH.input, [input], (item) => ValueInfoProto.encode(ValueInfoProto.create(item)).finish()),
    ...encoded(GRAPH.output, [features], (item) => ValueInfoProto.encode(ValueInfoProto.create(item)).finish()),
  ];
}

/** Everything but the replaced input and all outputs: old models name their constants as inputs too, and need them. */
function isKept({ number, content }: WireField, { inputName }: PrepareOptions): boolean {
  if (number === GRAPH.output) return false;
  return number !== GRAPH.input || stringField(content, 1) !== inputName;
}

function encoded<T>(number: number, items: readonly T[], encode: (item: T) => Uint8Array): Uint8Array[] {
  return items.flatMap((item) => delimited(number, [encode(item)]));
}

interface Addition {
  readonly nodes: readonly onnx.INodeProto[];
  readonly constants: readonly onnx.ITensorProto[];
}

/** Bytes → what the model takes: its layout, its type, `(byte · scale - mean) / std`. */
function nodesBefore({ preprocessing, inputName }: PrepareOptions): Addition {
  const { layout, dtype, scale, mean, std } = preprocessing;
  const planes = layout === 'NCHW';
  const nodes: onnx.INodeProto[] = [];
  // Transposed as bytes, then cast: a quarter of the memory traffic of the other order.
  const last = dtype === 'uint8' ? inputName : `${PREFIX}planes`;
  if (planes) nodes.push(node('Transpose', [PREPARED_INPUT], last, [ints('perm', [0, 3, 1, 2])]));
  else nodes.push(node('Identity', [PREPARED_INPUT], last));
  if (dtype === 'uint8') return { nodes, constants: [] };

  const dims = planes ? [1, 3, 1, 1] : [3];
  const factor = std.map((deviation) => scale / deviation);
  const offset = std.map((deviation, i) => -(mean[i] ?? 0) / deviation);
  const prepared = dtype === 'float16' ? `${PREFIX}prepared` : inputName;
  nodes.push(
    node('Cast', [last], `${PREFIX}floats`, [int('to', FLOAT)]),
    node('Mul', [`${PREFIX}floats`, `${PREFIX}factor`], `${PREFIX}scaled`),
    node('Add', [`${PREFIX}scaled`, `${PREFIX}offset`], prepared),
  );
  if (dtype === 'float16') nodes.push(node('Cast', [prepared], inputName, [int('to', FLOAT16)]));
  return { nodes, constants: [floats(`${PREFIX}factor`, dims, factor), floats(`${PREFIX}offset`, dims, offset)] };
}

/** What the model gives → one row of float32 a picture. */
function nodesAfter({ output, outputName }: PrepareOptions): Addition {
  const [pooled, constants] = [`${PREFIX}pooled`, [] as onnx.ITensorProto[]];
  const nodes: onnx.INodeProto[] = [];
  const channelsFirst = `${PREFIX}channels_first`;
  if (output.pooling === 'cls') {
    constants.push(int64s(`${PREFIX}first`, [0], []));
    nodes.push(node('Gather', [outputName, `${PREFIX}first`], pooled, [int('axis', 1)]));
  } else if (output.pooling === 'mean') {
    // GlobalAveragePool is the same in every opset; ReduceMean takes its axes in two ways.
    if (output.axes !== 'planes') {
      const perm = output.axes === 'tokens' ? [0, 2, 1] : [0, 3, 1, 2];
      nodes.push(node('Transpose', [outputName], channelsFirst, [ints('perm', perm)]));
    }
    nodes.push(node('GlobalAveragePool', [output.axes === 'planes' ? outputName : channelsFirst], pooled));
  } else nodes.push(node('Identity', [outputName], pooled));
  nodes.push(
    node('Flatten', [pooled], `${PREFIX}rows`, [int('axis', 1)]),
    node('Cast', [`${PREFIX}rows`], PREPARED_OUTPUT, [int('to', FLOAT)]),
  );
  return { nodes, constants };
}
