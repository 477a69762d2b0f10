import { describe, expect, it } from 'vitest';
import type { EncodingProgress, InstallProgress } from '../../contract/encoder-schemas.ts';
import * as phrases from './encoder-phrases.ts';
import { deviceOf, encoderOf, encodingOf } from './answers.test-fixture.ts';

const encoding = (change: Partial<EncodingProgress> = {}) =>
  encodingOf({ name: 'SigLIP 2', done: 1204, total: 5120, rate: 12.3, secondsLeft: 312, ...change });
const install = (change: Partial<InstallProgress>): InstallProgress => ({
  encoder: 'dino',
  name: 'DINOv2 small',
  phase: 'download',
  file: 'model.onnx',
  bytes: 34_000_000,
  total: 89_000_000,
  rate: 3_100_000,
  secondsLeft: 18,
  ...change,
});

describe('what is said of encoders', () => {
  it('says how far a change of the encoder is, and what answers meanwhile', () => {
    const active = 'Built-in (MobileNetV3, COCO detector)';
    expect(phrases.encodingLine(encoding(), active)).toBe(
      'SigLIP 2: 1,204 of 5,120 pictures, 12 pictures/s, about 5 min left. Searches go on with Built-in.',
    );
    expect(phrases.encodingLine(encoding({ paused: true }), active)).toBe(
      'SigLIP 2: paused at 1,204 of 5,120 pictures. Searches go on with Built-in.',
    );
    expect(phrases.encodingLine(encoding({ takesOver: false, rate: 0, secondsLeft: null }), active)).toBe(
      'SigLIP 2: 1,204 of 5,120 pictures.',
    );
    expect(phrases.encodingLine(encoding({ waiting: true }), active)).toMatch(/It waits for the index run to end\./);
    expect(phrases.encodingLine(encoding({ phase: 'indexing' }), active)).toMatch(/The search index is being built\./);
  });

  it('says it shorter where there is little room', () => {
    expect(phrases.encodingShort(encoding())).toBe('SigLIP 2: 1,204 of 5,120 · 12/s · 5 min left');
    expect(phrases.encodingShort(encoding({ paused: true }))).toBe('SigLIP 2: paused at 1,204 of 5,120');
    expect(phrases.encodingShort(encoding({ phase: 'indexing' }))).toBe('SigLIP 2: building the index');
    expect(phrases.encodingShort(encoding({ waiting: true }))).toBe('SigLIP 2: waits at 1,204 of 5,120');
  });

  it('says what waits for its drive', () => {
    expect([0, 1, 1200].map((skipped) => phrases.skippedLine({ skipped }))).toEqual([
      '',
      '1 picture cannot be read now, and is encoded when it is back.',
      '1,200 pictures cannot be read now, and are encoded when they are back.',
    ]);
  });

  it('says what is being installed', () => {
    expect(phrases.installLine(install({}))).toBe(
      'Downloading DINOv2 small: 34 MB of 89 MB, 3.1 MB/s, about 20 s left',
    );
    expect(phrases.installLine(install({ phase: 'copy', name: '/a/model.onnx', total: 0 }))).toBe('Copying model.onnx');
    expect(phrases.installLine(install({ phase: 'install' }))).toMatch(/^DINOv2 small: checking/);
  });

  it('says times no more exactly than they are known', () => {
    expect([2, 18, 85, 312, 7000].map(phrases.timeLeft)).toEqual([
      'a few seconds left',
      'about 20 s left',
      'about 1 min 25 s left',
      'about 5 min left',
      'about 1 h 57 min left',
    ]);
  });

  it('says what an encoder is and reads', () => {
    expect(phrases.factsLine(encoderOf({ readsWords: true, languages: ['en'], size: 89_000_000 }))).toBe(
      'Reads words in English · 89 MB · Licence: MIT',
    );
    expect(phrases.factsLine(encoderOf({ state: 'available', installed: false, size: 89_000_000 }))).toBe(
      'Pictures only · 89 MB to download · Licence: MIT',
    );
    expect(phrases.wordsLine({ readsWords: true, languages: ['en', 'de'] })).toBe('Reads words in English and German');
    expect(phrases.wordsLine({ readsWords: true, languages: ['mul'] })).toBe('Reads words in many languages');
    expect(phrases.wordsLine({ readsWords: true, languages: [] })).toBe('Reads words');
    const words = [{ active: true }, { upcoming: true }, {}, { state: 'damaged' as const }];
    expect(words.map((change) => phrases.stateWord(encoderOf(change)))).toEqual([
      'In use',
      'Taking over',
      'Installed',
      'Damaged',
    ]);
  });

  it('says what encodes, and what each device can do', () => {
    expect(phrases.computeLine({ provider: 'NVIDIA H100', rate: 1310.4 })).toBe(
      'Encoding on NVIDIA H100, 1,310 pictures/s.',
    );
    expect(phrases.computeLine({ provider: 'CPU, 2 threads', rate: null })).toBe('Encoding on CPU, 2 threads.');
    expect(phrases.deviceLine(deviceOf({ rate: 4.25 }))).toBe('4.3 pictures/s');
    expect(phrases.deviceLine(deviceOf({ state: 'failed', reason: 'It lost its device.' }))).toBe(
      'Cannot be used: It lost its device.',
    );
    expect(phrases.deviceLine(deviceOf({ state: 'untried' }))).toBe('Not tried yet');
    expect(phrases.deviceLine(deviceOf({}))).toBe('Not measured');
  });

  it('puts answers into words, and leaves names of outputs as they are', () => {
    expect(phrases.choiceWords('range', 'signed')).toBe('-1 to 1');
    expect(phrases.choiceWords('output', 'pooler_output')).toBe('pooler_output');
  });
});
