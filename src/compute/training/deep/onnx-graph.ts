/**
 * Reads the built-in encoder's ONNX file for training: its nodes, its weights, and a file of the same structure with other
 * weights. The converter (`scripts/encoder/convert.ts`) writes few operations; what others do is not known here.
 */
// The package is CommonJS, and Node does not see its named exports.
import proto, { type onnx } from 'onnx-proto';
import { FLOAT } from '../../encoders/onnx-nodes.ts';

const { ModelProto } = proto.onnx;

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  /** Every node that the converter writes has one. */
  readonly output: string;
  /** Whole numbers, lists of them and strings, by name. */
  readonly attributes: Readonly<Record<string, number | readonly number[] | string>>;
}

/** A float32 constant, in ONNX's order. */
export interface OnnxWeight {
  readonly dims: readonly number[];
  readonly values: Float32Array;
}

export interface OnnxGraph {
  /** Each after those that it needs. */
  readonly nodes: readonly OnnxNode[];
  /** By name; other constants than float32 are left out. */
  readonly weights: ReadonlyMap<string, OnnxWeight>;
  readonly model: onnx.IModelProto;
}

/** @throws RangeError where the bytes are no ONNX model */
export function readOnnxGraph(bytes: Uint8Array): OnnxGraph {
  const model = decode(bytes);
  const { node = [], initializer = [] } = model.graph ?? {};
  const weights = new Map<string, OnnxWeight>();
  for (const { name, dims, dataType, rawData } of initializer ?? []) {
    if (dataType !== FLOAT || !rawData) continue;
    // a copy of its own: float32 views want an offset that is a multiple of 4
    const values = new Float32Array(Uint8Array.from(rawData).buffer);
    weights.set(name ?? '', { dims: (dims ?? []).map(Number), values });
  }
  return { nodes: (node ?? []).map(readNode), weights, model };
}

function decode(bytes: Uint8Array): onnx.IModelProto {
  try {
    const model = ModelProto.decode(bytes);
    if ((model.graph?.node?.length ?? 0) > 0) return model;
  } catch (cause) {
    throw new RangeError('not an ONNX model', { cause });
  }
  throw new RangeError('an ONNX model without nodes');
}

function readNode({ opType, input, output, attribute }: onnx.INodeProto): OnnxNode {
  const attributes: Record<string, number | readonly number[] | string> = {};
  for (const each of attribute ?? []) {
    const name = each.name ?? '';
    if (each.ints && each.ints.length > 0) attributes[name] = each.ints.map(Number);
    else if (each.s && each.s.length > 0) attributes[name] = Buffer.from(each.s).toString('utf8');
    else attributes[name] = Number(each.i ?? 0);
  }
  return { op: opType ?? '', inputs: input ?? [], output: output?.[0] ?? '', attributes };
}

/**
 * The same model with other weights in the place of some. Without any it gives the same bytes.
 *
 * @param changed values in ONNX's order, by name
 * @throws RangeError where a name is not the model's, or a weight has another length
 */
export function withWeights(bytes: Uint8Array, changed: ReadonlyMap<string, Float32Array>): Uint8Array {
  const { model, weights } = readOnnxGraph(bytes);
  for (const [name, values] of changed) {
    const length = weights.get(name)?.values.length;
    if (length !== values.length) throw new RangeError(`${name} has ${length ?? 'no'} values, not ${values.length}`);
  }
  const initializer = (model.graph?.initializer ?? []).map((tensor) => {
    const values = changed.get(tensor.name ?? '');
    if (values === undefined) return tensor;
    return { ...tensor, rawData: new Uint8Array(Float32Array.from(values).buffer) };
  });
  return ModelProto.encode(ModelProto.create({ ...model, graph: { ...model.graph, initializer } })).finish();
}
