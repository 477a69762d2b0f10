/**
 * Reads a TF.js graph model (`model.json` and its weight file) and cuts it: what the converter needs of the format, no more.
 */

/** An attribute of a node, as TensorFlow's protobuf is written in JSON. Strings are Base64. */
interface Attribute {
  readonly s?: string;
  readonly b?: boolean;
  readonly i?: string | number;
  readonly f?: number;
  readonly type?: string | number;
  readonly list?: { readonly i?: readonly (string | number)[]; readonly s?: readonly string[] };
}

export interface TfNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, Attribute>>;
}

interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  /** How it is stored: as float16, or as bytes or 16-bit numbers q, for `q · scale + min`. */
  readonly quantization?: { readonly dtype: string; readonly scale?: number; readonly min?: number };
}

/** `model.json` as far as it is used here. */
export interface TfModelJson {
  readonly modelTopology: { readonly node: readonly TfNode[] };
  readonly weightsManifest: readonly { readonly paths: readonly string[]; readonly weights: readonly WeightEntry[] }[];
  readonly signature?: { readonly outputs?: Readonly<Record<string, { readonly name?: string }>> };
}

export interface TfTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

export interface TfGraph {
  /** Every node that the outputs need, by name, inputs before the nodes that use them. */
  readonly nodes: ReadonlyMap<string, TfNode>;
  readonly weights: ReadonlyMap<string, TfTensor>;
}

/**
 * Keeps of a graph model what `outputs` need.
 *
 * @param json - the parsed `model.json`
 * @param bytes - its weight file: the entries one after another; float32 entries may be stored as float16
 * @param outputs - node names
 * @throws Error where a node is missing or the weight file has another length
 */
export function cutGraph(json: TfModelJson, bytes: Uint8Array, outputs: readonly string[]): TfGraph {
  const byName = new Map(json.modelTopology.node.map((node) => [node.name, node]));
  const nodes = new Map<string, TfNode>();
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const node = byName.get(name);
    if (node === undefined) throw new Error(`the graph has no node ${name}`);
    for (const input of node.input ?? []) visit(nodeOf(input));
    nodes.set(name, node);
  };
  outputs.forEach(visit);

  const all = readWeights(
    json.weightsManifest.flatMap((group) => group.weights),
    bytes,
  );
  return { nodes, weights: new Map([...all].filter(([name]) => nodes.has(name))) };
}

/** The node that a reference `name:1` or `^name` is to. */
export function nodeOf(reference: string): string {
  return reference.replace(/^\^/, '').replace(/:\d+$/, '');
}

function readWeights(entries: readonly WeightEntry[], bytes: Uint8Array): Map<string, TfTensor> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Map<string, TfTensor>();
  let offset = 0;
  for (const entry of entries) {
    const length = entry.shape.reduce((product, side) => product * side, 1);
    const stored = entry.quantization?.dtype ?? entry.dtype;
    const size = STORED_BYTES[stored];
    if (size === undefined) throw new Error(`${entry.name} is stored as ${stored}, which is not known`);
    if (offset + length * size > bytes.byteLength) throw new Error(`the weight file ends within ${entry.name}`);
    const values = entry.dtype === 'float32' ? new Float32Array(length) : new Int32Array(length);
    const { scale = 1, min = 0 } = entry.quantization ?? {};
    for (let i = 0; i < length; i++) values[i] = readNumber(view, stored, offset + i * size) * scale + min;
    offset += length * size;
    weights.set(entry.name, { shape: entry.shape, values });
  }
  if (offset !== bytes.byteLength) throw new Error(`the weight file has ${bytes.byteLength} bytes, not ${offset}`);
  return weights;
}

const STORED_BYTES: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  float16: 2,
  uint16: 2,
  uint8: 1,
  bool: 1,
};

function readNumber(view: DataView, stored: string, offset: number): number {
  if (stored === 'float32') return view.getFloat32(offset, true);
  if (stored === 'int32') return view.getInt32(offset, true);
  if (stored === 'float16') return view.getFloat16(offset, true);
  if (stored === 'uint16') return view.getUint16(offset, true);
  return view.getUint8(offset);
}

/** A string attribute, or the strings of a list. */
export function stringsOf(node: TfNode, name: string): string[] {
  const attribute = node.attr?.[name];
  const encoded = attribute?.list?.s ?? (attribute?.s === undefined ? [] : [attribute.s]);
  return encoded.map((text) => Buffer.from(text, 'base64').toString('utf8'));
}

/** A list of integers, as `strides` and `dilations` are. */
export function integersOf(node: TfNode, name: string): number[] {
  return (node.attr?.[name]?.list?.i ?? []).map(Number);
}

/** Reorders the axes of a tensor: axis i of the result is axis `order[i]` of the source. */
export function transpose({ shape, values }: TfTensor, order: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
  const sides = order.map((axis) => shape[axis] ?? 0);
  const steps = order.map((axis) => strides[axis] ?? 0);
  const result = new Float32Array(values.length);
  const index = sides.map(() => 0);
  for (let target = 0; target < result.length; target++) {
    const source = index.reduce((sum, position, axis) => sum + position * (steps[axis] ?? 0), 0);
    result[target] = values[source] ?? Number.NaN;
    for (let axis = sides.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] ?? 0) + 1;
      if ((index[axis] ?? 0) < (sides[axis] ?? 0)) break;
      index[axis] = 0;
    }
  }
  return result;
}
