/**
 * A generated tree, changed at random while the library is closed and while it is open, against a model of what must hold: labels follow,
 * nothing is encoded twice. 150 files here; `SEMBLANCE_TREE=2000` asks for more, `SEMBLANCE_SEED` for other changes.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { ServiceClient } from '../../src/contract/contract.ts';
import { countingEncoder } from '../fixtures/counting-encoder.ts';
import { indexFolders, openLibrary, temporaryFolder } from '../fixtures/library.ts';
import { PhotoTree } from '../fixtures/photo-tree.ts';

const FILES = Number(process.env['SEMBLANCE_TREE'] ?? 150);
const SEED = Number(process.env['SEMBLANCE_SEED'] ?? 1);
const WATCH = { lookMs: 200, pollMs: 1000 };

/** Each content of the tree is one picture of the library for good, whatever its paths. */
class Check {
  readonly #tree: PhotoTree;
  readonly #ids = new Map<number, number>();
  readonly #everAt = new Set<string>();

  constructor(tree: PhotoTree) {
    this.#tree = tree;
  }

  async holds(client: ServiceClient, groups: readonly number[]): Promise<void> {
    const { paths } = this.#tree;
    for (const path of paths.keys()) this.#everAt.add(path);
    const asked = [...this.#everAt];
    const found = await client.pictures.at({ paths: asked });
    const [expected, got] = [new Map<string, number | null>(), new Map<string, number | null>()];
    const seen = new Map(this.#ids);
    for (const [i, path] of asked.entries()) {
      const content = paths.get(path);
      const id = found[i] ?? null;
      got.set(path, id);
      if (content !== undefined && id !== null && !seen.has(content)) seen.set(content, id);
      // 0 is no picture: content that has none yet
      expected.set(path, content === undefined ? null : (seen.get(content) ?? 0));
    }
    expect(got).toEqual(expected);
    expect(new Set(seen.values()).size).toBe(seen.size);
    for (const [i, id] of groups.entries()) {
      const members = (await client.groups.pictures({ id })).members.toSorted((a, b) => a - b);
      const wanted = [...(this.#tree.groups[i] ?? [])].map((content) => seen.get(content) ?? 0);
      expect(members).toEqual(wanted.toSorted((a, b) => a - b));
    }
    expect((await client.status()).vectors).toBe(new Set(paths.values()).size);
    for (const [content, id] of seen) this.#ids.set(content, id);
  }

  /** @throws where a content has no picture */
  id(content: number): number {
    const id = this.#ids.get(content);
    if (id === undefined) throw new Error(`content ${content} is not in the library`);
    return id;
  }
}

test(
  `${FILES} files, half of them moved, renamed, copied, edited and deleted: labels follow, nothing is encoded twice`,
  { timeout: 60_000 + FILES * 400 },
  async () => {
    const folder = await temporaryFolder();
    const roots = [join(folder, 'one'), join(folder, 'two')];
    for (const root of roots) await mkdir(root);
    const tree = new PhotoTree(roots, SEED);
    await tree.grow(FILES);
    const library = join(folder, 'library');
    const encoder = countingEncoder();
    const check = new Check(tree);

    const first = await openLibrary(library, { encoder });
    await indexFolders(first.client, ...roots);
    await check.holds(first.client, []);
    const groups: number[] = [];
    for (const [i, contents] of tree.groups.entries()) {
      const pictures = [...contents].map((content) => check.id(content));
      groups.push((await first.client.groups.create({ name: `group ${i}`, pictures })).group?.id ?? 0);
    }
    await first.service.close();

    for (const step of ['closed', 'open', 'closed', 'open']) {
      if (step === 'closed') await tree.change(FILES / 4);
      const { client, service } = await openLibrary(library, { encoder, watch: WATCH });
      await vi.waitFor(
        async () => {
          const { sources } = await client.status();
          expect(sources.map(({ watching }) => watching)).toEqual(['events', 'events']);
          await check.holds(client, groups);
        },
        { timeout: 30_000 + FILES * 50, interval: 200 },
      );
      if (step === 'open') {
        await tree.change(FILES / 4);
        await vi.waitFor(() => check.holds(client, groups), { timeout: 30_000 + FILES * 50, interval: 200 });
      }
      expect(encoder.encoded).toBe(tree.seen.size);
      expect(await client.failures()).toEqual([]);
      expect(await client.verify({})).toMatchObject({ ok: true, missing: 0, stale: 0 });
      await service.close();
    }
  },
);
