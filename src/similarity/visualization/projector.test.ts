import * as tf from '@tensorflow/tfjs-core';
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backends/index.ts';
import { projector, type ProjectorOptions } from './projector.ts';

beforeAll(() => useBackend('cpu'));

const ROWS = [
  [0, 0, 3],
  [0, 0, -3],
  [1, 0, 0],
  [-1, 0, 0],
];

function page(options: ProjectorOptions = {}): string {
  const embeddings = tf.tensor2d(ROWS);
  try {
    return projector(embeddings, options);
  } finally {
    embeddings.dispose();
  }
}

describe('projector', () => {
  it('places every example, in the plane and in the table', () => {
    const before = tf.memory().numTensors;
    const images = ROWS.map(() => ({ data: new Float32Array(4), shape: [2, 2] }));
    const html = page({
      labels: [7, 7, 9, 9],
      classNames: new Map([[7, 'seven']]),
      images,
      tooltips: ['a', 'b', 'c', 'd'],
    });
    expect(html.match(/<path class="point"/g)).toHaveLength(4);
    expect(html.match(/<tr tabindex/g)).toHaveLength(4);
    expect(html.match(/<img src="data:image\/png/g)).toHaveLength(4);
    expect(html).toContain('90.0 % of the variance across,\n10.0 % up');
    // 6 wide and 2 high: the same scale on both axes, in the middle of 720.
    expect(html).toContain('transform="translate(696 360)"');
    expect(html).toContain('transform="translate(360 248)"');
    expect(html.match(/<input type="checkbox"/g)).toHaveLength(2);
    expect(html).toContain('<span>seven</span>');
    expect(html).toContain('<span>9</span>');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is the same each time', () => {
    expect(page({ labels: [1, 2, 3, 4] })).toBe(page({ labels: [1, 2, 3, 4] }));
  });

  it('does without labels and pictures, and with embeddings that are all the same', () => {
    const html = page();
    expect(html).not.toContain('<fieldset');
    expect(html).not.toContain('<img');
    const same = tf.zeros([3, 2]);
    expect(projector(same).match(/translate\(360 360\)/g)).toHaveLength(3);
    same.dispose();
  });

  it('can ask for nothing, and runs no script but its own', () => {
    const html = page({ labels: [1, 1, 2, 2] });
    const [, script = ''] = /<script>([^]*?)<\/script>/.exec(html) ?? [];
    const hash = createHash('sha256').update(script).digest('base64');
    expect(html).toContain(
      `content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${hash}'"`,
    );
    expect(html).not.toMatch(/https?:|url\(|@import/);
  });

  it('shows every text as text', () => {
    const hostile = '</script><script>alert(1)</script>"\'&';
    const html = page({
      labels: [0, 0, 1, 1],
      classNames: [hostile, hostile],
      tooltips: ROWS.map(() => hostile),
      title: hostile,
    });
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html.match(/<\/script/g)).toHaveLength(1);
    expect(html).toContain('&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;');
  });

  it('refuses what does not belong to the embeddings', () => {
    const refused = (options: ProjectorOptions, error: object): void =>
      expect(() => page(options)).toThrow(expect.objectContaining(error));
    refused({ labels: [1] }, { code: 'WRONG_LENGTH', argument: 'labels' });
    refused({ images: [] }, { code: 'WRONG_LENGTH', argument: 'images', shape: [0] });
    refused({ tooltips: ['a'] }, { code: 'WRONG_LENGTH', argument: 'tooltips' });
    refused({ valueRange: [0, NaN] }, { code: 'OUT_OF_RANGE', argument: 'valueRange' });
    const vector = tf.tensor1d([1, 2]);
    expect(() => projector(vector)).toThrow(expect.objectContaining({ code: 'WRONG_RANK', argument: 'embeddings' }));
    vector.dispose();
  });
});
