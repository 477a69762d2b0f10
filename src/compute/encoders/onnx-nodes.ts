/** The parts of an ONNX graph, for what writes one: nodes, attributes, constants, inputs and outputs. */
// The package is CommonJS, and Node does not see its named exports.
import proto, { type onnx } from 'onnx-proto';

const { AttributeProto, ModelProto, TensorProto } = proto.onnx;
const { FLOAT: FLOAT_ATTRIBUTE, INT, INTS, STRING } = AttributeProto.AttributeType;

/** Numbers of ONNX's element types. */
export const { FLOAT, FLOAT16, UINT8, INT32, INT64 } = TensorProto.DataType;

/** Opset 17 has every operation used (HardSwish is the newest, of 14), and ONNX Runtime reads it since 1.11. */
const OPSET = 17;

export function node(
  opType: string,
  input: readonly string[],
  output: string,
  attribute: readonly onnx.IAttributeProto[] = [],
): onnx.INodeProto {
  return { opType, name: output, input: [...input], output: [output], attribute: [...attribute] };
}

export function int(name: string, value: number): onnx.IAttributeProto {
  return { name, type: INT, i: value };
}

export function float(name: string, value: number): onnx.IAttributeProto {
  return { name, type: FLOAT_ATTRIBUTE, f: value };
}

export function ints(name: string, values: readonly number[]): onnx.IAttributeProto {
  return { name, type: INTS, ints: [...values] };
}

export function text(name: string, value: string): onnx.IAttributeProto {
  return { name, type: STRING, s: Buffer.from(value) };
}

/** A float32 constant; `dims` empty for a scalar. */
export function floats(name: string, dims: readonly number[], values: ArrayLike<number>): onnx.ITensorProto {
  return { name, dims: [...dims], dataType: FLOAT, rawData: new Uint8Array(Float32Array.from(values).buffer) };
}

/** An int64 constant: a vector, or with `dims` anything else. */
export function int64s(name: string, values: readonly number[], dims = [values.length]): onnx.ITensorProto {
  const rawData = new Uint8Array(new BigInt64Array(values.map(BigInt)).buffer);
  return { name, dims: [...dims], dataType: INT64, rawData };
}

/** An input or output: its element type, and its sides, a name standing for one that varies. */
export function valueInfo(name: string, elemType: number, shape: readonly (number | string)[]): onnx.IValueInfoProto {
  const dim = shape.map((side) => (typeof side === 'string' ? { dimParam: side } : { dimValue: side }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

/** The bytes of a model of one graph. The same graph gives the same bytes. */
export function encodeModel(graph: onnx.IGraphProto): Uint8Array {
  const opsetImport = [{ domain: '', version: OPSET }];
  return ModelProto.encode(ModelProto.create({ irVersion: 8, producerName: 'semblance', opsetImport, graph })).finish();
}
