/** Cuts the built-in encoder below its last blocks: what lies below stays as it is and is computed once for each view. */
import proto, { type onnx } from 'onnx-proto';
import { encodeModel, ints, node as onnxNode } from '../../encoders/onnx-nodes.ts';
import { readOnnxGraph, type OnnxGraph, type OnnxNode, type OnnxWeight } from './onnx-graph.ts';

const { ValueInfoProto } = proto.onnx;

/** A value that crosses the cut. */
interface Crossing {
  /** Its name in the encoder's graph. */
  readonly name: string;
  /** Its name among the frozen model's outputs, which are [n, h, w, c]. */
  readonly output: string;
}

export interface SplitGraph {
  /** An ONNX model: the encoder's input, and an output for each of `crossings`. */
  readonly frozen: Uint8Array;
  readonly crossings: readonly Crossing[];
  /** The nodes above the cut, each after those that it needs; the last gives the features. */
  readonly trained: readonly OnnxNode[];
  /** The weights of the trained nodes. */
  readonly weights: ReadonlyMap<string, OnnxWeight>;
}

const BLOCK = /(?:^|\/)expanded_conv_(\d+)\//;

/** How many blocks a graph has whose weights can be trained, the first left out. */
export function blocksOf(encoder: Uint8Array): number {
  return lastBlock(readOnnxGraph(encoder).nodes);
}

function lastBlock(nodes: readonly OnnxNode[]): number {
  return nodes.reduce((last, { output }) => Math.max(last, blockOf(output)), 0);
}

/** 0 for what belongs to no numbered block. */
function blockOf(name: string): number {
  return Number(BLOCK.exec(name)?.[1] ?? 0);
}

/**
 * @param encoder the built-in encoder's ONNX file, or one of its structure
 * @param blocks how many of its last blocks are trained, from 1
 * @throws RangeError where it has not so many blocks, or is no such encoder
 */
export function splitGraph(encoder: Uint8Array, blocks: number): SplitGraph {
  const graph = readOnnxGraph(encoder);
  const last = lastBlock(graph.nodes);
  if (!Number.isInteger(blocks) || blocks < 1 || blocks > last) {
    throw new RangeError(`${blocks} blocks of an encoder of ${last}`);
  }
  const first = last - blocks + 1;
  const above = new Set<string>();
  for (const { output, inputs } of graph.nodes) {
    if (blockOf(output) >= first || inputs.some((input) => above.has(input))) above.add(output);
  }
  const trained = graph.nodes.filter(({ output }) => above.has(output));
  const computed = new Set(graph.nodes.map(({ output }) => output));
  const crossing = new Set(trained.flatMap(({ inputs }) => inputs).filter((name) => computed.has(name)));
  const crossings = [...crossing.difference(above)].map((name, i) => ({ name, output: `crossing_${i}` }));
  const used = new Set(trained.flatMap(({ inputs }) => inputs));
  const weights = new Map([...graph.weights].filter(([name]) => used.has(name)));
  return { frozen: frozenModel(graph, crossings), crossings, trained, weights };
}

function frozenModel({ model, nodes }: OnnxGraph, crossings: readonly Crossing[]): Uint8Array {
  const producer = new Map(nodes.map((each, i) => [each.output, i]));
  const needed = new Set<number>();
  const visit = (name: string): void => {
    const at = producer.get(name);
    if (at === undefined || needed.has(at)) return;
    needed.add(at);
    nodes[at]?.inputs.forEach(visit);
  };
  for (const { name } of crossings) visit(name);
  const used = new Set([...needed].flatMap((at) => nodes[at]?.inputs ?? []));
  const graph = model.graph ?? {};
  return encodeModel({
    name: 'frozen',
    node: [...(graph.node ?? []).filter((_, at) => needed.has(at)), ...crossings.map(toPixels)],
    initializer: (graph.initializer ?? []).filter(({ name }) => used.has(name ?? '')),
    input: graph.input ?? [],
    output: crossings.map(({ output }) => ValueInfoProto.create({ name: output, type: FLOATS })),
  });
}

/** Channels last, as TensorFlow.js wants them. */
function toPixels({ name, output }: Crossing): onnx.INodeProto {
  return onnxNode('Transpose', [name], output, [ints('perm', [0, 2, 3, 1])]);
}

/** Their sides are inferred. */
const FLOATS: onnx.ITypeProto = { tensorType: { elemType: 1 } };
