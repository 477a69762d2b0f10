import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StepRow } from '../catalog/action-store.ts';
import { Catalog } from '../catalog/catalog.ts';
import { NO_METADATA } from '../media/picture-metadata.ts';
import { followDone, followUndone } from './follow-catalog.ts';

test('what was said of moments of a video that is thrown away is said of the same moments of the kept one, until it comes back', () => {
  const folder = mkdtempSync(join(tmpdir(), 'semblance-follow-'));
  const catalog = new Catalog(join(folder, 'catalog.sqlite'));
  try {
    const { id: sourceId } = catalog.sources.add('/videos', []);
    const content = { bytes: 1, format: 'mp4', width: 1, height: 1, ...NO_METADATA };
    /** @param times of its moments, whose ids follow that of the video */
    const addVideo = (id: number, name: string, times: readonly number[]): void => {
      const hash = (each: number): string => each.toString(16).padStart(64, '0');
      const file = { sourceId, path: name, size: 1, mtimeMs: 1, mediaId: id };
      const moments = times.map((at, i) => {
        const own = id + 1 + i;
        return { media: { ...content, id: own, hash: hash(own), bytes: 0, seconds: null }, at };
      });
      const media = { ...content, id, hash: hash(id), seconds: 60 };
      catalog.apply([{ kind: 'media', media, file, video: { at: 1, moments } }]);
    };
    // 42 is 40 seen by a busier computer; the last has no moment like it
    addVideo(1, 'kept.mp4', [20, 40]);
    addVideo(11, 'spare.mp4', [21, 42, 58]);
    for (const [id, name] of ['Sea', 'Snow', 'City', 'Night'].entries())
      catalog.labels.insertGroup({ id: id + 1, name, createdAt: '' });
    catalog.labels.setLabels(1, [12], { belongs: true, seq: 1 });
    catalog.labels.setLabels(2, [13], { belongs: false, seq: 2 });
    catalog.labels.setLabels(3, [14], { belongs: true, seq: 3 });
    catalog.labels.setLabels(4, [11, 2], { belongs: true, seq: 4 });
    const said = (): number[][] => [1, 2, 3].map((id) => catalog.labels.labelsOfPicture(id).map(({ group }) => group));
    const before = said();
    expect(before).toEqual([[], [4], []]);

    const step = { operation: 'trash', role: 'picture', source: '/videos/spare.mp4', target: '/trash/spare.mp4' };
    const row = { ...step, size: 1, mtimeMs: 1, mediaId: 11, keptId: 1, memory: null } as StepRow;
    const memory = catalog.actions.transaction(() => followDone(catalog, row, 1));
    expect(said().map((groups) => groups.toSorted())).toEqual([[4], [1, 4], [2]]);
    catalog.actions.transaction(() => followUndone(catalog, { ...row, memory }, 1));
    expect(said()).toEqual(before);
    expect(catalog.files.at(sourceId, 'spare.mp4')?.mediaId).toBe(11);
  } finally {
    catalog.close();
    rmSync(folder, { recursive: true });
  }
});
