import { setImmediate as letOthersRun } from 'node:timers/promises';
import { ServiceError } from '../../contract/errors.ts';
import type { IgnorePreview, IgnoreRule, IgnoreSurvey, KeptIgnoreRule } from '../../contract/ignore-schemas.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { LibraryPaths } from '../library-folder.ts';
import { LeftOut, rulesOf } from './left-out.ts';
import { sourceHolding } from './sources.ts';
import { SurveyThread } from './survey-thread.ts';

/** Failures that are taken out of the catalog between two looks at the event loop: some 5 ms. */
const SLICE = 100;

/** Who looks through folders when what is left out has changed. */
interface Looker {
  /** Looks soon at these paths of sources by their ids (relative to the source, with `/`), or at all of them. */
  lookAt(changed: ReadonlyMap<number, readonly string[] | 'all'>): void;
}

interface IgnoringParts {
  readonly paths: LibraryPaths;
  readonly catalog: Catalog;
  /** Null where nobody watches: the next index run finds it. */
  readonly looker: Looker | null;
}

/**
 * What a person wants left out of the library. What a new rule leaves out is no longer shown or found from the next look
 * through the folders on, which is begun at once where somebody watches; all is kept of it, however long, and when the rule goes, it comes back.
 */
export class Ignoring {
  readonly #parts: IgnoringParts;
  readonly #thread: SurveyThread;

  constructor(parts: IgnoringParts) {
    this.#parts = parts;
    this.#thread = new SurveyThread({ catalog: parts.paths.catalog, except: [parts.paths.folder] });
  }

  list(): KeptIgnoreRule[] {
    return this.#parts.catalog.ignoring.all();
  }

  /** Durable when it resolves; files that failed and are left out now are out of the list of failures. @throws ServiceError FILE_OUTSIDE */
  async add(rules: readonly IgnoreRule[]): Promise<KeptIgnoreRule[]> {
    const { catalog } = this.#parts;
    for (const rule of rules)
      if (rule.kind === 'file' && !sourceHolding(catalog, rule.path)) throw new ServiceError('FILE_OUTSIDE', rule.path);
    const kept = catalog.ignoring.add(rules);
    await this.#dropFailures();
    this.#lookAt(rules);
    return kept;
  }

  remove(ids: readonly number[]): void {
    this.#lookAt(rulesOf(this.#parts.catalog.ignoring.remove(ids)));
  }

  preview(rule: IgnoreRule): Promise<IgnorePreview> {
    return this.#thread.preview(this.list(), rule);
  }

  survey(): Promise<IgnoreSurvey> {
    return this.#thread.survey(this.list());
  }

  async #dropFailures(): Promise<void> {
    const { catalog } = this.#parts;
    const rules = rulesOf(this.list());
    for (const { id, path: folder } of catalog.sources.all()) {
      const leftOut = new LeftOut(rules, folder);
      const failures = catalog.files.failuresOfSource(id);
      for (let i = 0; i < failures.length; i += SLICE) {
        const gone = failures.slice(i, i + SLICE).filter(({ path, size }) => leftOut.leavesOutFile(path, size));
        if (gone.length > 0)
          catalog.removePaths(
            id,
            gone.map(({ path }) => path),
          );
        await letOthersRun();
      }
    }
  }

  #lookAt(rules: readonly IgnoreRule[]): void {
    const { catalog, looker } = this.#parts;
    const changed = new Map<number, string[]>();
    for (const rule of rules) {
      if (rule.kind !== 'file') {
        looker?.lookAt(new Map(catalog.sources.all().map(({ id }) => [id, 'all'])));
        return;
      }
      const holding = sourceHolding(catalog, rule.path);
      if (!holding) continue;
      const { source, inside } = holding;
      changed.set(source.id, [...(changed.get(source.id) ?? []), inside]);
    }
    if (changed.size > 0) looker?.lookAt(changed);
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}
