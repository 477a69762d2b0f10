import type { LibraryExport, LibraryImport } from '../../contract/schemas.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { TaughtModelRow } from '../catalog/model-store.ts';
import type { ClusterNames } from '../explore/clusters/cluster-names.ts';
import type { Duplicates } from '../explore/duplicates/duplicates.ts';
import type { Groups } from '../groups/groups.ts';
import type { CountedTask } from '../jobs/counted-task.ts';
import type { Ignoring } from '../indexing/ignoring.ts';
import { parseDescription } from '../teach/model-description.ts';
import { withoutPictures } from '../teach/model-file.ts';
import { unpackHead } from '../teach/packed-head.ts';
import { isOfThisProgram, packTuned, unpackTuned } from '../teach/tuned-weights.ts';
import type { Versions } from '../teach/versions.ts';
import { madeRule, rulesHere } from './left-out-rules.ts';
import { readLibraryFile, writeLibraryFile, type LibraryContent, type MadeRule } from './library-file.ts';

interface ExchangeParts {
  readonly catalog: Catalog;
  readonly groups: Groups;
  readonly clusters: ClusterNames;
  readonly duplicates: Duplicates;
  readonly ignoring: Ignoring;
  readonly versions: Versions;
}

/**
 * Takes what a person made from one library to another: groups, names of clusters, what was refused for them, what was said of duplicates, what is left
 * out, taught versions.
 */
export class LibraryExchange {
  readonly #parts: ExchangeParts;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
  }

  /**
   * Writes everything that was made as one file, aside and renamed. Versions of encoders that were tuned take those with them; where one is
   * damaged or gone they are left out, and counted.
   *
   * @throws ServiceError EXPORT_TOO_LARGE, FOLDER_MISSING, DISK_FULL, LIBRARY_READ_ONLY, JOB_CANCELLED (then nothing was written)
   */
  async exportTo(path: string, task: CountedTask): Promise<LibraryExport> {
    const { catalog } = this.#parts;
    const rows = catalog.models.all().flatMap(({ id }) => catalog.models.get(id) ?? []);
    const groups = catalog.labels.hashedGroups();
    const { encoders, lost } = await this.#tunedEncoders(new Set(rows.map(({ encoder }) => encoder)), task);
    const models = rows
      .filter(({ encoder }) => !lost.has(encoder))
      .map(({ id, encoder, base, createdAt, description, head }) => ({
        id,
        encoder,
        base,
        createdAt,
        description: withoutPictures(parseDescription(description)),
        head: Buffer.from(head).toString('base64'),
      }));
    const clusters = catalog.clusters.hashed();
    const duplicates = catalog.duplicates.hashed();
    const rules = await Promise.all(this.#parts.ignoring.list().map(({ rule }) => madeRule(rule)));
    await task.step(0);
    const bytes = await writeLibraryFile(path, { groups, clusters, duplicates, rules, encoders, models });
    return {
      path,
      bytes,
      groups: groups.length,
      labels: groups.reduce((sum, { members, refused }) => sum + members.length + refused.length, 0),
      clusters: clusters.length,
      decisions: duplicates.length,
      rules: rules.length,
      models: models.length,
      left: rows.length - models.length,
    };
  }

  /** Those encoders that were tuned, and those that cannot be read. */
  async #tunedEncoders(
    ids: ReadonlySet<string>,
    task: CountedTask,
  ): Promise<{ readonly encoders: LibraryContent['encoders']; readonly lost: ReadonlySet<string> }> {
    const encoders: LibraryContent['encoders'] = [];
    const lost = new Set<string>();
    // and one for what is written then
    task.expect(ids.size + 1);
    for (const id of ids) {
      await task.step();
      try {
        const weights = await this.#parts.versions.tunedWeights({ encoder: id });
        if (weights) encoders.push({ id, ...packTuned(weights) });
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        lost.add(id);
      }
    }
    return { encoders, lost };
  }

  /**
   * Merges what {@link exportTo} wrote into this library: by content hash, and groups of one name into one. All groups and labels are one change, which
   * can be undone, and all names of clusters another. What is said of pictures that are not here is counted and left out: the same file can be imported again when they are.
   *
   * Cancelled (JOB_CANCELLED), encoders and versions that were taken in stay; what comes after them is short, and goes on to its end.
   *
   * @throws ServiceError LIBRARY_FILE_DAMAGED, EXPORT_NEWER, DISK_FULL, CATALOG_BUSY, JOB_CANCELLED
   */
  async importFrom(path: string, task: CountedTask): Promise<LibraryImport> {
    const { catalog, groups, versions } = this.#parts;
    const content = await readLibraryFile(path);
    const rows = modelRows(path, content);
    // and one for groups, names and the rest
    task.expect(content.encoders.length + 1);
    const made = [...content.groups, ...content.clusters];
    const hashes = new Set([
      ...made.flatMap(({ members, refused }) => [...members, ...refused]),
      ...content.duplicates.flatMap(({ pictures }) => pictures),
    ]);
    const ids = catalog.idsOfHashes([...hashes]);
    const present = (of: readonly string[]): number[] => of.flatMap((hash) => ids.get(hash) ?? []);
    const models = await versions.makingEncoders(async () => {
      await this.#installEncoders(path, content, rows, task);
      return versions.keep(rows);
    });
    const { change, labels } = groups.takeOver(
      content.groups.map(({ name, createdAt, members, refused }) => ({
        name,
        createdAt,
        members: present(members),
        refused: present(refused),
      })),
    );
    const clusters = this.#parts.clusters.takeOver(
      content.clusters.map(({ members, refused, ...named }) => ({
        ...named,
        members: present(members),
        refused: present(refused),
      })),
      catalog.lastMediaId(),
    );
    const decisions = this.#parts.duplicates.takeOver(
      content.duplicates.map(({ pictures, ...said }) => ({ ...said, pictures: present(pictures) })),
    );
    const { rules, lost } = await this.#takeRules(content.rules);
    const missing = hashes.size - ids.size + lost;
    return { change, groups: content.groups.length, labels, clusters, decisions, rules, missing, models };
  }

  /** @returns how many rules there were not before, and how many are about files that are not here */
  async #takeRules(made: readonly MadeRule[]): Promise<{ readonly rules: number; readonly lost: number }> {
    const { catalog, ignoring } = this.#parts;
    const found = made.map((rule) => rulesHere(catalog, rule));
    const rules = found.flatMap((some) => some ?? []);
    const before = ignoring.list().length;
    if (rules.length > 0) await ignoring.add(rules);
    return { rules: ignoring.list().length - before, lost: found.filter((some) => some === null).length };
  }

  /**
   * Those of another version of the program cannot be used here: their versions are kept, and say so. One whose versions were removed here
   * stays away; one that was lost comes back.
   */
  async #installEncoders(
    path: string,
    { encoders }: LibraryContent,
    rows: readonly TaughtModelRow[],
    task: CountedTask,
  ): Promise<void> {
    const { catalog, versions } = this.#parts;
    const isWanted = ({ id }: TaughtModelRow): boolean => (catalog.models.get(id)?.removedAt ?? null) === null;
    await task.step(encoders.length - encoders.filter(isOfThisProgram).length);
    for (const encoder of encoders.filter(isOfThisProgram)) {
      await task.step();
      const row = rows.find((version) => version.encoder === encoder.id && isWanted(version));
      if (row) await versions.installTuned(row, unpackTuned(encoder), 'LIBRARY_FILE_DAMAGED', path);
    }
  }
}

/** @throws ServiceError LIBRARY_FILE_DAMAGED where a head is none */
function modelRows(path: string, { models }: LibraryContent): TaughtModelRow[] {
  return models.map(({ description, head: text, ...model }): TaughtModelRow => {
    const head = Buffer.from(text, 'base64');
    try {
      unpackHead(head);
    } catch (cause) {
      throw new ServiceError('LIBRARY_FILE_DAMAGED', `${path}: the head of ${model.id}`, { cause });
    }
    return { ...model, kind: 'imported', removedAt: null, description: JSON.stringify(description), head };
  });
}
