import type { IgnoreRule, KeptIgnoreRule } from '../../contract/ignore-schemas.ts';
import { GlobPatterns } from './glob-patterns.ts';
import { pathInside } from './path-inside.ts';

/**
 * What the rules of the library leave out of one source. Paths are relative to it, with `/`. A scan asks it of folders first and does not
 * look into those that are left out; asked of a file's path alone it says the same, so that a preview needs no scan. Pure.
 */
export class LeftOut {
  readonly #patterns: GlobPatterns;
  readonly #files: ReadonlySet<string>;
  readonly #folders: ReadonlySet<string>;
  /** Smaller files are left out. In bytes. */
  readonly leastBytes: number;

  /** @param source the folder of the source, absolute */
  constructor(rules: readonly IgnoreRule[], source: string) {
    const of = <Kind extends IgnoreRule['kind']>(kind: Kind): Extract<IgnoreRule, { kind: Kind }>[] =>
      rules.filter((rule): rule is Extract<IgnoreRule, { kind: Kind }> => rule.kind === kind);
    this.#patterns = new GlobPatterns(of('pattern').map(({ pattern }) => pattern));
    this.#files = new Set(of('file').flatMap(({ path }) => pathInside(source, path) ?? []));
    this.#folders = new Set(of('folder').map(({ name }) => name.toLowerCase()));
    this.leastBytes = Math.max(0, ...of('size').map(({ bytes }) => bytes));
  }

  /** Whether a file or folder is left out by its path. */
  leavesOut(path: string, isFolder: boolean): boolean {
    if (this.#files.has(path)) return true;
    if (this.#folders.size > 0) {
      const parts = path.toLowerCase().split('/');
      if (!isFolder) parts.pop();
      if (parts.some((name) => this.#folders.has(name))) return true;
    }
    return this.#patterns.verdict(path, isFolder) === 'ignored';
  }

  /** Whether a file is left out, by its path or its size in bytes. */
  leavesOutFile(path: string, bytes: number): boolean {
    return bytes < this.leastBytes || this.leavesOut(path, false);
  }
}

/** The rules alone, in the order in which they were made: a later pattern with `!` takes back what an earlier one says. */
export function rulesOf(kept: readonly KeptIgnoreRule[]): IgnoreRule[] {
  return kept.map(({ rule }) => rule);
}
