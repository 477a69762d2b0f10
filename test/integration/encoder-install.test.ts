import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installFromPath, type InstallOptions } from '../../src/compute/encoders/install.ts';
import {
  listInstalled,
  openInstalled,
  removeEncoder,
  recoverModels,
  verifyInstalled,
  type OpenedEncoder,
} from '../../src/compute/encoders/installed.ts';
import { modelValues } from '../../src/compute/encoders/pixels.ts';
import { openTextEncoder } from '../../src/compute/encoders/text-encoder.ts';
import { trialPictures } from '../../src/compute/encoders/trial.ts';
import { unitProjection } from '../../src/compute/encoders/unit-projection.ts';
import type { ServiceErrorCode } from '../../src/contract/errors.ts';
import {
  SIDE,
  SIZE,
  imageModel,
  sha256,
  twoTowersDefinition,
  twoTowersFiles,
  writeFiles,
  writeTwoTowers,
} from '../fixtures/onnx-models.ts';

let root: string;
let models: string;
let source: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'semblance-encoders-'));
  models = path.join(root, 'models');
  source = path.join(root, 'source');
  await mkdir(models);
  await mkdir(source);
});

afterEach(() => rm(root, { recursive: true, force: true }));

const ANSWERS = { range: 'unit' } as const;

async function installModel(model: Uint8Array, options: InstallOptions = { answers: ANSWERS }, name = 'model.onnx') {
  await writeFile(path.join(source, name), model);
  return installFromPath(models, path.join(source, name), options);
}

async function installedId(model: Uint8Array, options?: InstallOptions): Promise<string> {
  const outcome = await installModel(model, options);
  if (outcome.kind !== 'installed') throw new Error(JSON.stringify(outcome.needs));
  return outcome.encoder.definition.id;
}

async function encode(encoder: OpenedEncoder, pixels: Uint8Array): Promise<Float32Array> {
  const session = await InferenceSession.create(encoder.model);
  const count = pixels.length / (encoder.width * encoder.height * 3);
  const input = new Tensor('uint8', pixels, [count, encoder.height, encoder.width, 3]);
  const result = await session.run({ [session.inputNames[0] ?? '']: input });
  const rows = Float32Array.from(result[session.outputNames[0] ?? '']?.data as Float32Array);
  await session.release();
  return rows;
}

function failsWith(code: ServiceErrorCode, detail: RegExp): object {
  return { code, detail: expect.stringMatching(detail) as string };
}

describe('an encoder from a folder', () => {
  it('is installed with its words, and finds a picture by the name of its colour', async () => {
    await writeTwoTowers(source);
    const outcome = await installFromPath(models, source);
    expect(outcome).toMatchObject({ kind: 'installed', firstSeen: [{}, {}, {}, {}] });
    const encoder = await openInstalled(models, 'two-towers');
    const colours = [200, 20, 20, 20, 200, 20, 20, 20, 200];
    const pixels = new Uint8Array(3 * SIDE * SIDE * 3).map(
      (_, i) => colours[Math.floor(i / (SIDE * SIDE * 3)) * 3 + (i % 3)] ?? 0,
    );
    const projection = unitProjection(encoder);
    const vectors = projection.project(await encode(encoder, pixels));
    const words = await openTextEncoder(encoder.folder, encoder.definition);
    const rows = await words.encode(['red', 'GREEN', 'blue']);
    await words.close();
    const best = rows.map((row) => {
      const scores = [0, 1, 2].map((p) => row.reduce((sum, value, i) => sum + value * (vectors[p * 3 + i] ?? 0), 0));
      return scores.indexOf(Math.max(...scores));
    });
    expect(best).toEqual([0, 1, 2]);
    await verifyInstalled(models, 'two-towers');
  });

  it('is listed, replaced in one step and removed, and leaves nothing but its pins', async () => {
    await writeTwoTowers(source);
    await installFromPath(models, source);
    await installFromPath(models, source);
    const { encoders, damaged } = await listInstalled(models);
    expect(encoders.map((encoder) => encoder.definition.id)).toEqual(['two-towers']);
    expect(damaged).toEqual([]);
    await removeEncoder(models, 'two-towers');
    expect(await readdir(models)).toEqual(['pins.json']);
    await expect(openInstalled(models, 'two-towers')).rejects.toMatchObject({ code: 'ENCODER_NOT_INSTALLED' });
    await expect(removeEncoder(models, 'two-towers')).rejects.toMatchObject({ code: 'ENCODER_NOT_INSTALLED' });
  });

  it('has another id of features where its pixels are prepared in another way', async () => {
    await writeTwoTowers(source);
    await installFromPath(models, source);
    const before = (await openInstalled(models, 'two-towers')).featuresId;
    const preprocessing = { ...twoTowersDefinition().preprocessing, fit: 'crop' as const };
    await writeTwoTowers(source, twoTowersDefinition({ preprocessing }));
    await installFromPath(models, source);
    expect((await openInstalled(models, 'two-towers')).featuresId).not.toBe(before);
  });

  it('is found by the last part of its paths, as browsers save files', async () => {
    const flat = new Map([...twoTowersFiles()].map(([name, bytes]) => [path.basename(name), bytes]));
    await writeFiles(source, flat);
    await writeFile(path.join(source, 'encoder.json'), JSON.stringify(twoTowersDefinition()));
    expect(await installFromPath(models, source)).toMatchObject({ kind: 'installed' });
  });
});

describe('an installation that goes wrong', () => {
  /** The encoder that was there before answers as it did. */
  async function expectOldOneWorks(): Promise<void> {
    await verifyInstalled(models, 'two-towers');
    const rows = await encode(await openInstalled(models, 'two-towers'), new Uint8Array(SIDE * SIDE * 3).fill(255));
    for (const value of rows) expect(value).toBeCloseTo(1, 5);
    expect((await readdir(models)).sort()).toEqual(['pins.json', 'two-towers']);
  }

  beforeEach(async () => {
    await writeTwoTowers(source);
    await installFromPath(models, source);
  });

  it('refuses a file with another sum than is listed', async () => {
    const definition = twoTowersDefinition();
    const files = definition.files.map((file) => (file.role === 'vision' ? { ...file, sha256: '0'.repeat(64) } : file));
    await writeTwoTowers(source, { ...definition, files });
    await expect(installFromPath(models, source)).rejects.toMatchObject(
      failsWith('ENCODER_CHECKSUM', /vision\.onnx .*listed is 0000/),
    );
    await expectOldOneWorks();
  });

  it('refuses a file that is another than was pinned at the first install, also after removal', async () => {
    const changed = JSON.stringify({
      ...JSON.parse(await readFile(path.join(source, 'tokenizer.json'), 'utf8')),
      version: '2.0',
    });
    await writeFile(path.join(source, 'tokenizer.json'), changed);
    await expect(installFromPath(models, source)).rejects.toMatchObject(
      failsWith('ENCODER_CHECKSUM', /tokenizer\.json .*pinned/),
    );
    await expectOldOneWorks();
    await removeEncoder(models, 'two-towers');
    await expect(installFromPath(models, source)).rejects.toMatchObject({ code: 'ENCODER_CHECKSUM' });
  });

  it('refuses a truncated file by its size', async () => {
    const [place, bytes] = ['onnx/vision.onnx', twoTowersFiles().get('onnx/vision.onnx') ?? Buffer.of()];
    const definition = twoTowersDefinition({ id: 'truncated' });
    const files = definition.files.map((file) =>
      file.path === place ? { ...file, bytes: bytes.length, bytesAre: 'exact' as const, sha256: sha256(bytes) } : file,
    );
    await writeTwoTowers(source, { ...definition, files });
    await writeFile(path.join(source, place), bytes.subarray(0, 40));
    await expect(installFromPath(models, source)).rejects.toMatchObject(failsWith('ENCODER_SIZE', /has 40 bytes/));
    await expectOldOneWorks();
  });

  it.each([
    ['a truncated model', imageModel().subarray(0, 300), 'ENCODER_DAMAGED', /^model\.onnx: Protobuf/],
    ['something else', Buffer.from('this is a letter to my aunt'), 'ENCODER_DAMAGED', /model\.onnx/],
    ['an operation that is not known', imageModel({ operation: 'Blurred' }), 'ENCODER_OPERATION', /Blurred/],
    ['an input of three sides', imageModel({ input: ['n', 3, SIDE] }), 'ENCODER_SHAPE', /./],
    ['an input of one colour', imageModel({ input: ['n', 1, SIDE, SIDE] }), 'ENCODER_SHAPE', /./],
    ['a batch of four', imageModel({ input: [4, 3, SIDE, SIDE] }), 'ENCODER_SHAPE', /exactly 4/],
    [
      'values that are not finite',
      imageModel({ factor: 3e38, operation: 'Identity' }),
      'ENCODER_UNSUITABLE',
      /not finite/,
    ],
    ['the same for all', imageModel({ operation: 'Cos', factor: 0 }), 'ENCODER_UNSUITABLE', /same result/],
    ['nothing but zeros', imageModel({ factor: 0 }), 'ENCODER_UNSUITABLE', /zeros/],
  ] as const)('refuses %s', async (_, model, code, detail) => {
    await rm(source, { recursive: true });
    await mkdir(source);
    await expect(installModel(model)).rejects.toMatchObject(failsWith(code, detail));
    await expectOldOneWorks();
  });

  it('refuses a definition whose output is another', async () => {
    const output = { ...twoTowersDefinition().output, name: 'pooler_output' };
    await writeTwoTowers(source, twoTowersDefinition({ id: 'other', output }));
    await expect(installFromPath(models, source)).rejects.toMatchObject(failsWith('ENCODER_SHAPE', /image_embeds/));
    const size = { ...twoTowersDefinition().output, size: 512 };
    await writeTwoTowers(source, twoTowersDefinition({ id: 'other', output: size }));
    await expect(installFromPath(models, source)).rejects.toMatchObject(
      failsWith('ENCODER_SHAPE', /3 values a picture, not 512/),
    );
    await expectOldOneWorks();
  });

  it.skipIf(process.platform !== 'linux')('tells a full disk half-way', async () => {
    const staging = path.join(models, '.two-towers.new');
    await mkdir(staging, { recursive: true });
    // a device that takes no byte: the system's own "no space left"
    await symlink('/dev/full', path.join(staging, 'tokenizer.json'));
    await expect(installFromPath(models, source)).rejects.toMatchObject({ code: 'DISK_FULL' });
    await expectOldOneWorks();
  });

  it('asks for the free space before it copies', async () => {
    const freeBytes = () => Promise.resolve(1_000_000);
    await expect(installFromPath(models, source, { freeBytes })).rejects.toMatchObject(
      failsWith('DISK_FULL', /1 MB are free/),
    );
    await expectOldOneWorks();
  });

  it('names what is missing', async () => {
    await rm(path.join(source, 'onnx/text.onnx'));
    await expect(installFromPath(models, source)).rejects.toMatchObject(
      failsWith('ENCODER_FILE_MISSING', /text\.onnx/),
    );
    await expect(installFromPath(models, path.join(root, 'nowhere'))).rejects.toMatchObject({
      code: 'ENCODER_FILE_MISSING',
    });
    await expect(installFromPath(models, source, { id: 'gpt-7' })).rejects.toMatchObject({ code: 'ENCODER_UNKNOWN' });
    await expectOldOneWorks();
  });

  it('asks for a yes to a licence that restricts the use', async () => {
    const licence = { name: 'research only', url: 'https://example.org/licence', file: null, restricted: true };
    await writeTwoTowers(source, twoTowersDefinition({ licence }));
    await expect(installFromPath(models, source)).rejects.toMatchObject(failsWith('ENCODER_LICENCE', /example\.org/));
    expect(await installFromPath(models, source, { acceptLicence: true })).toMatchObject({ kind: 'installed' });
  });

  it('is made good after a crash at any point', async () => {
    await rename(path.join(models, 'two-towers'), path.join(models, '.two-towers.old'));
    await mkdir(path.join(models, '.two-towers.new'));
    await mkdir(path.join(models, '.other.1.removed'));
    await recoverModels(models);
    await expectOldOneWorks();
    await cp(path.join(models, 'two-towers'), path.join(models, '.two-towers.old'), { recursive: true });
    await mkdir(path.join(models, '.two-towers.part'));
    await recoverModels(models);
    expect((await readdir(models)).sort()).toEqual(['.two-towers.part', 'pins.json', 'two-towers']);
    await recoverModels(path.join(root, 'nowhere'));
  });

  it('is said where an encoder knows no words', async () => {
    const definition = twoTowersDefinition({ readsWords: null });
    await expect(openTextEncoder(source, definition)).rejects.toMatchObject({ code: 'ENCODER_READS_NO_WORDS' });
    await writeFile(path.join(source, 'tokenizer.json'), '{}');
    await expect(openTextEncoder(source, twoTowersDefinition())).rejects.toMatchObject({ code: 'ENCODER_DAMAGED' });
  });

  it('tells an installed file that was damaged later, and still lists the others', async () => {
    await installModel(imageModel());
    const text = path.join(models, 'two-towers/onnx/text.onnx');
    const bytes = await readFile(text);
    bytes[bytes.length - 5] = (bytes.at(-5) ?? 0) ^ 1;
    await writeFile(text, bytes);
    await expect(verifyInstalled(models, 'two-towers')).rejects.toMatchObject(
      failsWith('ENCODER_CHECKSUM', /text\.onnx/),
    );
    await writeFile(text, bytes.subarray(0, 10));
    const { encoders, damaged } = await listInstalled(models);
    expect(encoders).toHaveLength(1);
    expect(damaged).toEqual([{ id: 'two-towers', reason: expect.stringContaining('text.onnx') as string }]);
  });
});

describe("the user's own model", () => {
  it('is asked for what its file does not say, and nothing else', async () => {
    const first = await installModel(imageModel({ input: ['n', 'c', 'h', 'w'], more: ['others'] }), {});
    expect(first.kind === 'questions' && first.needs.map((need) => need.key)).toEqual(['layout', 'range']);
    const model = imageModel({ input: ['n', 3, 'h', 'w'], more: ['others'] });
    const second = await installModel(model, {});
    expect(second.kind === 'questions' && second.needs.map((need) => need.key)).toEqual(['side', 'range']);
    const third = await installModel(model, { answers: { side: 48, range: 'unit' } });
    expect(third.kind === 'questions' && third.needs).toMatchObject([
      { key: 'output', choices: ['embeds', 'others'], suggestion: 'embeds' },
    ]);
    expect(await readdir(models)).toEqual([]);
    const answers = { side: 48, range: 'signed', output: 'others', name: 'Tante Üte 1' } as const;
    const last = await installModel(model, { answers });
    expect(last).toMatchObject({
      kind: 'installed',
      encoder: {
        definition: { name: 'Tante Üte 1', preprocessing: { width: 48, height: 48 }, output: { name: 'others' } },
      },
    });
    expect(last.kind === 'installed' && last.encoder.definition.id).toMatch(/^own-tante-ute-1-[0-9a-f]{8}$/);
  });

  it('is another encoder with other answers: nothing is replaced under one that is in use', async () => {
    const [unit, signed, again] = [
      await installedId(imageModel(), { answers: { range: 'unit' } }),
      await installedId(imageModel(), { answers: { range: 'signed' } }),
      await installedId(imageModel(), { answers: { range: 'unit' } }),
    ];
    expect(signed).not.toBe(unit);
    expect(again).toBe(unit);
    expect((await listInstalled(models)).encoders).toHaveLength(2);
  });

  it('sees the pixels as its range says: the graph computes what the plain code does', async () => {
    const pixels = trialPictures({ width: SIDE, height: SIDE });
    for (const range of ['unit', 'signed', 'imagenet', 'clip', 'bytes'] as const) {
      const id = await installedId(imageModel({ factor: 0.01 }), { answers: { range, name: range } });
      const encoder = await openInstalled(models, id);
      const session = await InferenceSession.create(imageModel({ factor: 0.01 }));
      const values = modelValues(pixels, encoder.definition.preprocessing);
      const { embeds } = await session.run({ pixel_values: new Tensor('float32', values, [10, 3, SIDE, SIDE]) });
      await session.release();
      const rows = await encode(encoder, pixels);
      for (const [i, value] of (embeds?.data as Float32Array).entries()) expect(rows[i]).toBeCloseTo(value, 5);
    }
  });

  it('has planes averaged, and of tokens what was chosen', async () => {
    const pixels = trialPictures({ width: SIDE, height: SIDE });
    const reference = await encode(await openInstalled(models, await installedId(imageModel())), pixels);
    const planes = await encode(
      await openInstalled(models, await installedId(imageModel({ output: 'planes' }))),
      pixels,
    );
    const tokens = imageModel({ output: 'tokens' });
    expect(await installModel(tokens)).toMatchObject({ needs: [{ key: 'pooling', choices: ['mean', 'cls'] }] });
    const mean = await installedId(tokens, { answers: { ...ANSWERS, pooling: 'mean', name: 'mean' } });
    const means = await encode(await openInstalled(models, mean), pixels);
    for (const [i, value] of reference.entries()) {
      expect(planes[i]).toBeCloseTo(value, 5);
      expect(means[i]).toBeCloseTo(value, 5);
    }
    const cls = await installedId(tokens, { answers: { ...ANSWERS, pooling: 'cls', name: 'cls' } });
    const firsts = await encode(await openInstalled(models, cls), pixels);
    expect(firsts.length).toBe(10 * SIZE);
    expect(firsts).not.toEqual(means);
  });

  it('is given one picture at a time where its file says so', async () => {
    const encoder = await openInstalled(models, await installedId(imageModel({ input: [1, 3, SIDE, SIDE] })));
    expect(encoder.batch).toBe(1);
    expect((await openInstalled(models, await installedId(imageModel()))).batch).toBeNull();
  });

  it('can be a folder that holds one model, and not one that holds two', async () => {
    await installModel(imageModel());
    expect(await installFromPath(models, source, { answers: ANSWERS })).toMatchObject({ kind: 'installed' });
    await writeFile(path.join(source, 'second.onnx'), imageModel());
    await expect(installFromPath(models, source)).rejects.toMatchObject(
      failsWith('ENCODER_FILE_MISSING', /second\.onnx/),
    );
    expect(existsSync(path.join(source, 'model.onnx'))).toBe(true);
  });
});
