/** What patterns say of a path: what says the last one that it matches, or that the folder matches that it lies in. */
export type Verdict = 'ignored' | 'unignored' | 'unsaid';

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'one' }
  | { readonly kind: 'star' }
  | { readonly kind: 'class'; readonly negated: boolean; readonly ranges: readonly (readonly [number, number])[] };

/** A name that is matched part by part; `any` stands for any number of folders. */
type Segment = 'any' | readonly Part[];

interface Pattern {
  readonly negated: boolean;
  readonly foldersOnly: boolean;
  /** Holds for a name, wherever it lies, and not for a path from the top. */
  readonly anywhere: boolean;
  readonly segments: readonly Segment[];
}

/**
 * Patterns as in `.gitignore`, of a file or of a person: comments, `!`, `/`, `*`, `?`, `**`, classes and `\`. Capitals count for nothing, nor
 * does how a letter with an accent is put together. Pure. To match takes at most as many steps for each folder of a path as the lengths of pattern
 * and path come to multiplied, whatever the pattern: as a regular expression, one with many stars can take longer than anyone lives.
 */
export class GlobPatterns {
  readonly #patterns: readonly Pattern[];
  readonly #folders = new Map<string, Verdict>();

  /** @param lines each is one pattern, a comment, or empty */
  constructor(lines: readonly string[]) {
    this.#patterns = lines.flatMap((line) => parsePattern(line) ?? []);
  }

  static ofText(text: string): GlobPatterns {
    return new GlobPatterns(text.replace(/^\ufeff/, '').split(/\r?\n/));
  }

  /** Of a path with `/` between folders, relative to where the patterns hold. What lies in an ignored folder is ignored, whatever else is said of it. */
  verdict(path: string, isFolder: boolean): Verdict {
    if (this.#patterns.length === 0) return 'unsaid';
    return this.#verdict(folded(path).split('/'), isFolder);
  }

  #verdict(names: readonly string[], isFolder: boolean): Verdict {
    const above = names.length > 1 ? this.#folderVerdict(names.slice(0, -1)) : 'unsaid';
    if (above === 'ignored') return above;
    const last = this.#patterns.findLast((pattern) => matches(pattern, names, isFolder));
    return last === undefined ? 'unsaid' : last.negated ? 'unignored' : 'ignored';
  }

  /** Kept: each folder is asked about for all that lies in it. */
  #folderVerdict(names: readonly string[]): Verdict {
    const key = names.join('/');
    const verdict = this.#folders.get(key) ?? this.#verdict(names, true);
    this.#folders.set(key, verdict);
    return verdict;
  }
}

function folded(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

/** Null for a comment, and for nothing. */
function parsePattern(line: string): Pattern | null {
  if (line.startsWith('#')) return null;
  const negated = line.startsWith('!');
  // spaces at the end count where a backslash says so
  let text = folded(negated ? line.slice(1) : line).replace(/\t+$/, '');
  while (text.endsWith(' ') && !isEscaped(text, text.length - 1)) text = text.slice(0, -1);
  const foldersOnly = text.endsWith('/') && !isEscaped(text, text.length - 1);
  const names = text.split('/');
  if (foldersOnly) names.pop();
  if (names.every((name) => name === '')) return null;
  const anywhere = names.length === 1;
  if (names[0] === '') names.shift();
  return { negated, foldersOnly, anywhere, segments: anywhere ? names.map(parseName) : segmentsOf(names) };
}

function isEscaped(text: string, at: number): boolean {
  let count = 0;
  while (text[at - 1 - count] === '\\') count++;
  return count % 2 === 1;
}

function segmentsOf(names: readonly string[]): Segment[] {
  const segments = names.map((name) => (name === '**' ? 'any' : parseName(name)));
  // `photos/**` is what lies in it, and not the folder
  return segments.at(-1) === 'any' ? [...segments, [{ kind: 'star' }]] : segments;
}

function parseName(name: string): Part[] {
  const parts: Part[] = [];
  const add = (text: string): void => {
    const last = parts.at(-1);
    if (last?.kind === 'text') parts[parts.length - 1] = { kind: 'text', text: last.text + text };
    else parts.push({ kind: 'text', text });
  };
  for (let i = 0; i < name.length; i++) {
    const char = name.charAt(i);
    const found = char === '[' ? parseClass(name, i) : null;
    if (found) {
      parts.push(found.part);
      i = found.end;
    } else if (char === '*') {
      if (parts.at(-1)?.kind !== 'star') parts.push({ kind: 'star' });
    } else if (char === '?') parts.push({ kind: 'one' });
    else if (char === '\\' && i + 1 < name.length) add(name.charAt(++i));
    else add(char);
  }
  return parts;
}

/** `[a-z]`, `[!a-z]`, `[]x]`; null where nothing closes it. `end` is where it is closed. */
function parseClass(name: string, start: number): { readonly part: Part; readonly end: number } | null {
  const negated = name[start + 1] === '!' || name[start + 1] === '^';
  const first = start + (negated ? 2 : 1);
  const ranges: [number, number][] = [];
  let i = first;
  const next = (): number => {
    if (name[i] === '\\' && i + 1 < name.length) i++;
    const code = name.codePointAt(i) ?? 0;
    i += code > 0xffff ? 2 : 1;
    return code;
  };
  while (i < name.length) {
    if (name[i] === ']' && i > first) return { part: { kind: 'class', negated, ranges }, end: i };
    const from = next();
    const isRange = name[i] === '-' && i + 1 < name.length && name[i + 1] !== ']';
    if (isRange) i++;
    ranges.push([from, isRange ? next() : from]);
  }
  return null;
}

function matches({ foldersOnly, anywhere, segments }: Pattern, names: readonly string[], isFolder: boolean): boolean {
  if (foldersOnly && !isFolder) return false;
  const asked = anywhere ? names.slice(-1) : names;
  return matchesInOrder(
    segments.length,
    asked.length,
    (i) => segments[i] === 'any',
    (i, j) => {
      const segment = segments[i];
      return segment !== undefined && segment !== 'any' && matchesName(segment, asked[j] ?? '') ? 1 : 0;
    },
  );
}

function matchesName(parts: readonly Part[], name: string): boolean {
  return matchesInOrder(
    parts.length,
    name.length,
    (i) => parts[i]?.kind === 'star',
    (i, j) => taken(parts[i], name, j),
  );
}

/** How many characters of a name a part takes from `at` on; 0 where it does not match. */
function taken(part: Part | undefined, name: string, at: number): number {
  if (part === undefined || part.kind === 'star') return 0;
  if (part.kind === 'text') return name.startsWith(part.text, at) ? part.text.length : 0;
  const code = name.codePointAt(at) ?? 0;
  const length = code > 0xffff ? 2 : 1;
  if (part.kind === 'one') return length;
  return part.ranges.some(([from, to]) => code >= from && code <= to) === part.negated ? 0 : length;
}

/**
 * Whether all parts take all of a text in order, where stars take anything. Only the last star met is ever tried again: what came before it
 * matched as early as it can, which leaves the most for the rest. So each part is held against each place at most once.
 *
 * @param take how much a part that is no star takes at a place of the text; 0 where it does not match
 */
function matchesInOrder(
  parts: number,
  length: number,
  isStar: (part: number) => boolean,
  take: (part: number, at: number) => number,
): boolean {
  let [part, at] = [0, 0];
  let [star, starAt] = [-1, 0];
  while (at < length || part < parts) {
    if (part < parts && isStar(part)) {
      [star, starAt] = [part++, at];
      continue;
    }
    const took = part < parts && at < length ? take(part, at) : 0;
    if (took > 0) {
      part++;
      at += took;
    } else if (star >= 0 && starAt < length) {
      [part, at] = [star + 1, ++starAt];
    } else return false;
  }
  return true;
}
