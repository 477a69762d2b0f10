import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backends/index.ts';
import type { Lookup } from '../lookup.ts';
import { confusionMatrix } from './confusion-matrix.ts';
import type { Picture } from './picture.ts';
import { visualizeViews } from './visualize-views.ts';
import { vizNeighbors } from './viz-neighbors.ts';

beforeAll(() => useBackend('cpu'));

const HOSTILE = `<script>alert("1")</script> & 'x' ]]> \u0000\u000b \ud800 日本`;

function grey(value: number, size = 4): Picture {
  return { data: new Float32Array(size * size).fill(value), shape: [size, size, 1] };
}

function neighbor(rank: number, label: number | undefined, data: unknown = grey(0.5)): Lookup {
  return { rank, label, distance: rank / 10, data, embedding: Float32Array.of(0) };
}

/** Parsed by libxml2, which stops at the first thing that is no XML, and drawn. */
async function drawn(svg: string): Promise<{ width: number; height: number; colors: number }> {
  const image = sharp(Buffer.from(svg));
  const { data, info } = await image.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const colors = new Set(new Uint32Array(data.buffer, data.byteOffset, data.length / 4)).size;
  return { width: info.width, height: info.height, colors };
}

function count(svg: string, part: string): number {
  return svg.split(part).length - 1;
}

function embedded(svg: string): Buffer[] {
  return [...svg.matchAll(/href="data:image\/png;base64,([^"]+)"/g)].map(([, base64]) =>
    Buffer.from(base64 ?? '', 'base64'),
  );
}

/** What every chart has to be. */
async function expectWhole(svg: string, title: string): Promise<void> {
  expect((await drawn(svg)).colors).toBeGreaterThan(2);
  expect(svg).toMatch(/<svg [^>]*role="figure" aria-labelledby="([^"]+)-title" aria-describedby="\1-desc"/);
  expect(svg).toMatch(new RegExp(`<title id="[^"]+">${title}</title>\\s*<desc id="[^"]+">[^<]+</desc>`));
  expect(svg).toContain('@media (prefers-color-scheme: dark)');
  expect(svg.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|url\(|@import|<script/);
}

describe('vizNeighbors', () => {
  it('shows the query and each neighbor, its class, and whether it is the right one', async () => {
    const svg = vizNeighbors(grey(0), 3, [neighbor(1, 3), neighbor(2, 8), neighbor(3, undefined)], {
      classNames: new Map([
        [3, 'three'],
        [8, 'eight'],
      ]),
    });
    await expectWhole(svg, 'Nearest neighbors');
    expect(embedded(svg)).toHaveLength(4);
    expect(svg).toContain('Query of class three. 3 neighbors, nearest first. 1 of them of the same class.');
    expect(svg).toContain('Neighbor 1: class three, same class, distance 0.1000');
    expect(svg).toContain('Neighbor 2: class eight, another class, distance 0.2000');
    expect(svg).toContain('aria-label="Neighbor 3: class no label, distance 0.3000"');
    expect([count(svg, 'class="same"'), count(svg, 'class="other"')]).toEqual([1, 1]);
  });

  it('judges nothing without the class of the query', () => {
    const svg = vizNeighbors(grey(0), undefined, [neighbor(1, 3)]);
    expect([count(svg, 'class="same"'), count(svg, 'class="other"')]).toEqual([0, 0]);
    expect(svg).toContain('Query of class no label. 1 neighbors, nearest first.<');
  });

  it('leaves a place empty where a neighbor has no picture, and can be without any neighbor', async () => {
    const svg = vizNeighbors(grey(0), 1, [
      neighbor(1, 1, null),
      neighbor(2, 1, 'photo.jpg'),
      neighbor(3, 1, { data: 1 }),
    ]);
    expect([embedded(svg).length, count(svg, 'no picture')]).toEqual([1, 3]);
    const none = vizNeighbors(grey(0), 1, []);
    expect(none).toContain('No neighbor was found.');
    await drawn(none);
  });

  it('embeds pixels as they are: floats by the value range, bytes and whole numbers from 0 to 255', async () => {
    const before = tf.memory().numTensors;
    const rgb = tf.tensor3d([1, 0, 0.5, 0, 2, -1], [1, 2, 3]);
    const bytes = { data: Uint8Array.of(7, 200), shape: [1, 2] };
    const signed = { data: Float32Array.of(-1, 0, 1), shape: [1, 3] };
    const pixels = async (svg: string): Promise<number[][]> =>
      Promise.all(embedded(svg).map(async (png) => [...(await sharp(png).raw().toBuffer())]));
    const [query, first] = await pixels(vizNeighbors(rgb, 0, [neighbor(1, 0, bytes)]));
    expect(query).toEqual([255, 0, 128, 0, 255, 0]);
    expect(first?.filter((_, i) => i % (first.length / 2) === 0)).toEqual([7, 200]);
    const [ranged] = await pixels(vizNeighbors(signed, 0, [], { valueRange: [-1, 1] }));
    expect(ranged?.filter((_, i) => i % (ranged.length / 3) === 0)).toEqual([0, 128, 255]);
    rgb.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('shows every text as text', async () => {
    const svg = vizNeighbors(grey(0), 0, [neighbor(1, 1)], { title: HOSTILE, classNames: [HOSTILE, HOSTILE] });
    await drawn(svg);
    expect(svg).not.toContain('<script');
    expect(svg).toContain(
      '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39; ]]&gt; \ufffd\ufffd \ufffd 日本',
    );
  });

  it('refuses what is no picture, and says which', () => {
    const refused = (picture: Picture, error: object): void =>
      expect(() => vizNeighbors(picture, 0, [])).toThrow(expect.objectContaining({ argument: 'query', ...error }));
    refused({ data: new Float32Array(4), shape: [4] }, { code: 'WRONG_RANK', shape: [4] });
    refused({ data: new Float32Array(20), shape: [2, 2, 5] }, { code: 'WRONG_SHAPE', shape: [2, 2, 5] });
    refused({ data: new Float32Array(0), shape: [0, 2] }, { code: 'WRONG_SHAPE' });
    refused({ data: new Float32Array(3), shape: [2, 2] }, { code: 'WRONG_LENGTH' });
    refused({ data: Float32Array.of(NaN), shape: [1, 1] }, { code: 'NOT_FINITE' });
    expect(() => vizNeighbors(grey(0), 0, [neighbor(1, 0, { data: new Float32Array(3), shape: [2, 2] })])).toThrow(
      expect.objectContaining({ argument: 'neighbors[0].data' }),
    );
    expect(() => vizNeighbors(grey(0), 0, [], { valueRange: [1, 1] })).toThrow(
      expect.objectContaining({ code: 'OUT_OF_RANGE', argument: 'valueRange' }),
    );
  });
});

describe('confusionMatrix', () => {
  const actual = [0, 0, 0, 0, 1, 1, 5];
  const predicted = [0, 0, 0, 1, 1, 5, -1];

  it('counts each actual class by what it was taken for', () => {
    const { classes, counts, normalized, accuracy } = confusionMatrix(predicted, actual);
    expect(classes).toEqual([-1, 0, 1, 5]);
    expect(counts).toEqual([
      [0, 0, 0, 0],
      [0, 3, 1, 0],
      [0, 0, 1, 1],
      [1, 0, 0, 0],
    ]);
    expect(normalized[0]).toEqual([0, 0, 0, 0]);
    expect(normalized[1]).toEqual([0, 0.75, 0.25, 0]);
    expect(accuracy).toBeCloseTo(4 / 7, 10);
  });

  it('draws shares or counts, each cell with both to be read', async () => {
    const shares = confusionMatrix(predicted, actual).svg;
    await expectWhole(shares, 'Confusion matrix');
    expect(shares).toContain('Accuracy 57.14 % of 7 examples');
    expect(shares).toContain('aria-label="0 taken for 1: 1 (25.0 %)"');
    expect(shares).toMatch(/>0\.75<\/text>/);
    expect(count(shares, 'role="cell"')).toBe(17);
    expect(count(shares, 'role="row"')).toBe(5);
    const counts = confusionMatrix(predicted, actual, { normalize: false }).svg;
    expect(counts).toMatch(/>3<\/text>/);
    expect(counts).not.toMatch(/>0\.75<\/text>/);
  });

  it('never rounds to all or nothing', () => {
    const many = Array.from({ length: 1000 }, () => 0);
    const { svg } = confusionMatrix([1, ...many], [0, ...many]);
    expect(svg).toMatch(/>0\.99<\/text>/);
    expect(svg).toMatch(/>0\.01<\/text>/);
  });

  it('has room for many classes', async () => {
    const labels = Array.from({ length: 60 }, (_, i) => i);
    const { width, height } = await drawn(confusionMatrix(labels, labels, { classNames: labels.map(String) }).svg);
    expect(Math.max(width, height)).toBeLessThan(1500);
  });

  it('shows every text as text', async () => {
    const { svg } = confusionMatrix([0, 1], [0, 1], { classNames: [HOSTILE, HOSTILE], title: HOSTILE });
    await drawn(svg);
    expect(svg).not.toContain('<script');
  });

  it('takes tensors and refuses other lengths', () => {
    const before = tf.memory().numTensors;
    const y = tf.tensor1d([1, 0], 'int32');
    expect(confusionMatrix(y, y).accuracy).toBe(1);
    y.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(() => confusionMatrix([1], [1, 2])).toThrow(
      expect.objectContaining({ code: 'WRONG_LENGTH', argument: 'yPred' }),
    );
    expect(() => confusionMatrix([], [])).toThrow(expect.objectContaining({ code: 'EMPTY', argument: 'yTrue' }));
  });
});

describe('visualizeViews', () => {
  it('shows each view of each example', async () => {
    const before = tf.memory().numTensors;
    const view = tf.ones([5, 6, 6, 3]);
    const svg = visualizeViews([view, view], { count: 3, captions: ['a', 'b', HOSTILE] });
    view.dispose();
    await expectWhole(svg, 'Views');
    expect(embedded(svg)).toHaveLength(6);
    expect(svg).toContain('3 examples, 2 views of each.');
    expect(svg).not.toContain('<script');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses views that do not belong together', () => {
    const view = (examples: number): Picture => ({ data: new Float32Array(examples * 4), shape: [examples, 2, 2] });
    const refused = (views: Picture[], options: object, error: object): void =>
      expect(() => visualizeViews(views, options)).toThrow(expect.objectContaining(error));
    refused([], {}, { code: 'EMPTY', argument: 'views' });
    refused([view(0)], {}, { code: 'EMPTY', argument: 'views' });
    refused([view(2), view(3)], {}, { code: 'WRONG_LENGTH', argument: 'views[1]', shape: [3, 2, 2] });
    refused([view(2)], { count: 3 }, { code: 'OUT_OF_RANGE', argument: 'count' });
    refused([view(2)], { captions: ['a'] }, { code: 'WRONG_LENGTH', argument: 'captions' });
    refused([{ data: new Float32Array(4), shape: [2, 2] }], {}, { code: 'WRONG_RANK', argument: 'views[0]' });
  });
});
