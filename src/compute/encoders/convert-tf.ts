/**
 * Converts a TF.js graph model, as users have them, to ONNX. It keeps TensorFlow's layout [n, h, w, c] everywhere and puts
 * transpositions around convolutions and pooling alone; ONNX Runtime takes out those that cancel. So shapes, axes and
 * broadcasting mean what they meant, and each operation is a line. One that is not known is refused by its name.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { onnx } from 'onnx-proto';
import { ServiceError } from '../../contract/errors.ts';
import { FLOAT, INT32, UINT8, encodeModel, floats, int, int64s, node as onnxNode, valueInfo } from './onnx-nodes.ts';
import { cutGraph, nodeOf, type TfGraph, type TfModelJson, type TfNode, type TfTensor } from './tf-graph.ts';
import { TF_OPERATIONS } from './tf-operations.ts';

/** What an operation is written with. */
export interface TfWriter {
  /** Name of the value that a reference is to, written before if need be. */
  value(reference: string | undefined): string;
  /** The constant that a reference is to. ServiceError ENCODER_OPERATION where it is computed. */
  constant(reference: string | undefined): TfTensor;
  /** Whether a reference is to a constant. */
  isConstant(reference: string | undefined): boolean;
  /** Adds a node and gives the name of its output: `output`, or one of its own. */
  add(opType: string, input: readonly string[], attributes?: readonly onnx.IAttributeProto[], output?: string): string;
  /** Adds a float32 constant. */
  floats(dims: readonly number[], values: ArrayLike<number>): string;
  /** Adds an int64 constant, a vector. */
  integers(values: readonly number[], dims?: number[]): string;
}

/**
 * Reads a `model.json` with the weight files beside it.
 * @returns an ONNX model: one input [n, h, w, 3], the graph's outputs
 * @throws ServiceError ENCODER_DAMAGED, ENCODER_FILE_MISSING, ENCODER_OPERATION
 */
export async function convertTfModel(file: string): Promise<Uint8Array> {
  const label = path.basename(path.dirname(file)) + '/' + path.basename(file);
  const json = await readModelJson(file, label);
  const weights = await readWeightFiles(file, json);
  const outputs = outputsOf(json);
  try {
    return convertTfGraph(cutGraph(json, weights, outputs.map(nodeOf)), outputs);
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ServiceError('ENCODER_DAMAGED', `${label}: ${reason}`, { cause: error });
  }
}

async function readModelJson(file: string, label: string): Promise<TfModelJson> {
  let json: { modelTopology?: { node?: unknown; model_config?: unknown }; weightsManifest?: unknown };
  try {
    json = JSON.parse(await readFile(file, 'utf8')) as typeof json;
  } catch (error) {
    throw new ServiceError('ENCODER_DAMAGED', label, { cause: error });
  }
  if (Array.isArray(json.modelTopology?.node) && Array.isArray(json.weightsManifest)) return json as TfModelJson;
  const layers = json.modelTopology?.model_config !== undefined;
  const found = layers ? 'a layers model of TF.js; export it as a graph model' : 'no graph model of TF.js';
  throw new ServiceError('ENCODER_DAMAGED', `${label} is ${found}`);
}

async function readWeightFiles(file: string, json: TfModelJson): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  for (const name of json.weightsManifest.flatMap((group) => group.paths)) {
    // Only names: a model says nothing about other folders.
    const place = path.join(path.dirname(file), path.basename(name));
    try {
      parts.push(await readFile(place));
    } catch (error) {
      throw new ServiceError('ENCODER_FILE_MISSING', place, { cause: error });
    }
  }
  return Buffer.concat(parts);
}

/** The outputs that the model names, or the nodes that no other uses. */
function outputsOf(json: TfModelJson): string[] {
  const named = Object.values(json.signature?.outputs ?? {}).flatMap(({ name }) => (name === undefined ? [] : [name]));
  if (named.length > 0) return named;
  const used = new Set(json.modelTopology.node.flatMap((each) => each.input ?? []).map(nodeOf));
  return json.modelTopology.node.filter((each) => !used.has(each.name) && each.op !== 'Const').map((each) => each.name);
}

/** Writes the graph. ServiceError ENCODER_OPERATION for the first operation that is not known. */
function convertTfGraph(graph: TfGraph, outputs: readonly string[]): Uint8Array {
  const writer = new GraphWriter(graph);
  for (const output of outputs) writer.value(output);
  const input = writer.input();
  const names = [...new Set(outputs.map(nodeOf))];
  return encodeModel({
    name: 'encoder',
    node: writer.nodes,
    initializer: writer.initializers,
    input: [input],
    // their sides are inferred
    output: names.map((name) => ({ name, type: { tensorType: { elemType: FLOAT } } })),
  });
}

class GraphWriter implements TfWriter {
  readonly nodes: onnx.INodeProto[] = [];
  readonly initializers: onnx.ITensorProto[] = [];
  readonly #graph: TfGraph;
  readonly #values = new Map<string, string>();
  #count = 0;

  constructor(graph: TfGraph) {
    this.#graph = graph;
  }

  /** The graph's input, of pictures. */
  input(): onnx.IValueInfoProto {
    const placeholders = [...this.#graph.nodes.values()].filter((each) => each.op === 'Placeholder');
    const [input, second] = placeholders;
    if (input === undefined || second !== undefined) {
      throw new ServiceError('ENCODER_SHAPE', `the graph has ${placeholders.length} inputs, not one`);
    }
    const sides = shapeOf(input).map((side, axis) => (side > 0 ? side : `side${axis}`));
    // A batch of 1 in the file is how it was exported; whether others work is found out by trying.
    return valueInfo(inputName(input), isFloat(input) ? FLOAT : UINT8, ['n', ...sides.slice(1)]);
  }

  value(reference = ''): string {
    if (/:[1-9]\d*$/.test(reference)) throw new ServiceError('ENCODER_OPERATION', `a second output (${reference})`);
    const name = nodeOf(reference);
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const written = this.#write(name);
    this.#values.set(name, written);
    return written;
  }

  constant(reference = ''): TfTensor {
    const weight = this.#weight(reference);
    if (weight !== undefined) return weight;
    throw new ServiceError('ENCODER_OPERATION', `${nodeOf(reference)} is computed where a constant is expected`);
  }

  isConstant(reference = ''): boolean {
    return this.#weight(reference) !== undefined;
  }

  add(
    opType: string,
    input: readonly string[],
    attributes: readonly onnx.IAttributeProto[] = [],
    output?: string,
  ): string {
    const name = output ?? this.#unique();
    this.nodes.push(onnxNode(opType, input, name, attributes));
    return name;
  }

  floats(dims: readonly number[], values: ArrayLike<number>): string {
    const name = this.#unique();
    this.initializers.push(floats(name, dims, values));
    return name;
  }

  integers(values: readonly number[], dims?: number[]): string {
    const name = this.#unique();
    this.initializers.push(int64s(name, values, dims));
    return name;
  }

  #unique(): string {
    return `semblance_${this.#count++}`;
  }

  /** A constant, through the identities that exporters leave before it. */
  #weight(reference: string): TfTensor | undefined {
    const name = nodeOf(reference);
    const each = this.#graph.nodes.get(name);
    return each?.op === 'Identity' ? this.#weight(each.input?.[0] ?? '') : this.#graph.weights.get(name);
  }

  #write(name: string): string {
    const each = this.#graph.nodes.get(name);
    if (each === undefined) throw new ServiceError('ENCODER_DAMAGED', `the graph has no node ${name}`);
    const weight = this.#graph.weights.get(name);
    if (weight !== undefined) {
      const { shape, values } = weight;
      return values instanceof Float32Array ? this.floats(shape, values) : this.integers([...values], [...shape]);
    }
    if (each.op === 'Placeholder') {
      return isFloat(each) ? each.name : this.add('Cast', [inputName(each)], [int('to', INT32)], each.name);
    }
    const operation = TF_OPERATIONS[each.op];
    if (operation === undefined) throw new ServiceError('ENCODER_OPERATION', `${each.op} (node ${name})`);
    const result = operation(
      this,
      each,
      (each.input ?? []).filter((input) => !input.startsWith('^')),
    );
    // Under the node's own name, so that outputs are called what the file calls them.
    return this.add('Identity', [result], [], name);
  }
}

function inputName(each: TfNode): string {
  return isFloat(each) ? each.name : `${each.name}/bytes`;
}

function isFloat(each: TfNode): boolean {
  const type = each.attr?.['dtype']?.type;
  return type === undefined || type === 'DT_FLOAT' || type === 1;
}

/** Sides of a placeholder; -1 for one that varies. */
function shapeOf(each: TfNode): number[] {
  const attribute = each.attr?.['shape'] as { shape?: { dim?: { size?: string | number }[] } } | undefined;
  const sides = (attribute?.shape?.dim ?? []).map((side) => Number(side.size ?? -1));
  return sides.length === 4 ? sides : [-1, -1, -1, 3];
}
