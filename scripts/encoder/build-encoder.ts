/**
 * Makes `out/encoder/builtin.onnx` and `builtin.json` (id, name, sizes) from the detector in `@vladmandic/human`.
 * Does nothing where they are up to date. Usage: `npm run build:encoder [-- --mirror] [-- --output DIR]`.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { convertToOnnx } from './convert.ts';
import { RECIPE, type Recipe } from './recipe.ts';
import { cutGraph, type TfModelJson } from '../../src/compute/encoders/tf-graph.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** Goes up by one where the converter changes what it writes, so that older files are made anew. */
const CONVERTER_REVISION = 3;

/** What is written beside the model: see `readEncoderFile` in `src/compute`. */
interface EncoderMetadata {
  readonly id: string;
  readonly name: string;
  readonly inputSide: number;
  readonly featureSize: number;
  /** SHA-256 of the ONNX file. */
  readonly sha256: string;
  /** SHA-256 of what it was made from: the same inputs are not converted twice. */
  readonly inputs: string;
}

/** The source files' folder in node_modules. */
export function modelFolder(): string {
  return path.join(import.meta.dirname, '../../node_modules/@vladmandic/human/models');
}

/**
 * Reads the source files and makes the ONNX model.
 * @throws Error where a source file is not the pinned one
 */
export async function makeEncoder(recipe: Recipe): Promise<Uint8Array> {
  const graph = await readPinned(recipe.source.graph);
  const weights = await readPinned(recipe.source.weights);
  const json = JSON.parse(graph.toString('utf8')) as TfModelJson;
  return convertToOnnx(cutGraph(json, weights, recipe.outputs), recipe);
}

async function readPinned({ file, sha256 }: { file: string; sha256: string }): Promise<Buffer> {
  const location = path.join(modelFolder(), file);
  const bytes = await readFile(location);
  const found = hash(bytes);
  if (found !== sha256) throw new Error(`${location} has SHA-256 ${found}, not ${sha256}. Install the pinned version.`);
  return bytes;
}

/** Builds into `folder`, unless what is there was made from the same inputs. Tells which of the two it did. */
export async function buildEncoder(folder: string, recipe: Recipe): Promise<'built' | 'up to date'> {
  const inputs = hash(JSON.stringify([CONVERTER_REVISION, recipe]));
  const model = path.join(folder, 'builtin.onnx');
  const metadataFile = path.join(folder, 'builtin.json');
  if (await isUpToDate(model, metadataFile, inputs)) return 'up to date';
  const bytes = await makeEncoder(recipe);
  const metadata: EncoderMetadata = {
    // From the recipe, not the bytes: features stay valid where only the file's form changes.
    id: `builtin-${hash(JSON.stringify(recipe)).slice(0, 8)}`,
    name: recipe.name,
    inputSide: recipe.inputSide,
    featureSize: recipe.channels.reduce((sum, channels) => sum + channels, 0),
    sha256: hash(bytes),
    inputs,
  };
  await mkdir(folder, { recursive: true });
  await writeAside(model, bytes);
  await writeAside(metadataFile, `${JSON.stringify(metadata, null, 2)}\n`);
  return 'built';
}

async function isUpToDate(model: string, metadataFile: string, inputs: string): Promise<boolean> {
  try {
    const metadata = JSON.parse(await readFile(metadataFile, 'utf8')) as EncoderMetadata;
    return metadata.inputs === inputs && metadata.sha256 === hash(await readFile(model));
  } catch (error) {
    // Not there, or cut short by an earlier crash: build it.
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error && error.code === 'ENOENT'))
      return false;
    throw error;
  }
}

/** Writes beside the target and renames, so that no reader sees half a file. */
async function writeAside(target: string, data: Uint8Array | string): Promise<void> {
  const aside = `${target}.${process.pid}.tmp`;
  await writeFile(aside, data);
  await rename(aside, target);
}

function hash(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { mirror: { type: 'boolean' }, output: { type: 'string' } } });
  const folder = path.resolve(values.output ?? path.join(root, 'out/encoder'));
  const result = await buildEncoder(folder, { ...RECIPE, mirror: values.mirror ?? RECIPE.mirror });
  console.error(`${path.relative(process.cwd(), path.join(folder, 'builtin.onnx'))}: ${result}`);
}
