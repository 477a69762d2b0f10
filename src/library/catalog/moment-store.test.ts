import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NO_METADATA } from '../media/picture-metadata.ts';
import { Catalog } from './catalog.ts';

test('what was said of a moment that another reading of its video did not choose is said of the nearest', () => {
  const folder = mkdtempSync(join(tmpdir(), 'semblance-moments-'));
  const catalog = new Catalog(join(folder, 'catalog.sqlite'));
  try {
    const { id: sourceId } = catalog.sources.add('/videos', []);
    const content = { bytes: 1, format: 'mp4', width: 1, height: 1, ...NO_METADATA };
    const media = { ...content, id: 1, hash: 'a'.repeat(64), seconds: 60 };
    const moment = (id: number, at: number) => {
      return { media: { ...content, id, hash: id.toString(16).padStart(64, '0'), bytes: 0, seconds: null }, at };
    };
    const file = { sourceId, path: 'clip.mp4', size: 1, mtimeMs: 1, mediaId: 1 };
    const first = { at: 1, moments: [moment(2, 20), moment(3, 40)] };
    catalog.apply([{ kind: 'media', media, file, video: first }]);
    catalog.labels.insertGroup({ id: 1, name: 'Sea', createdAt: '' });
    catalog.labels.setLabels(1, [2], { belongs: true, seq: 1 });
    catalog.labels.setLabels(1, [3], { belongs: false, seq: 2 });

    // read again: 20 is 22 now, and 40 is as it was
    catalog.apply([{ kind: 'restored', file, video: { at: 1, moments: [moment(4, 22), moment(3, 40)] } }]);
    const said = [2, 3, 4].map((id) => catalog.labels.labelsOfPicture(id).map(({ belongs }) => belongs));
    expect(said).toEqual([[true], [false], [true]]);
    expect([2, 3, 4].map((id) => catalog.moments.of(id)?.at ?? null)).toEqual([null, 40, 22]);
  } finally {
    catalog.close();
    rmSync(folder, { recursive: true });
  }
});
