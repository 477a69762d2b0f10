import { join } from 'node:path';
import type { IgnorePreview, IgnoreRule, IgnoreSurvey, KeptIgnoreRule } from '../../contract/ignore-schemas.ts';
import { ServiceError } from '../../contract/errors.ts';
import { Catalog } from '../catalog/catalog.ts';
import { LeftOut } from './left-out.ts';
import { scanFolder, type PassedOver } from './scan.ts';

/** Files that are looked at in all folders together, and how long: some seconds, so that what is typed is answered while it is typed. */
const MOST_FILES = 200_000;
const MOST_MS = 8_000;

/** Files that are named of those that are meant. */
const EXAMPLES = 5;

/** A file of a source: `path` is relative to it. */
interface SurveyedFile {
  readonly path: string;
  readonly bytes: number;
  /** The picture that it holds; null where it is none, or is not in the library. */
  readonly mediaId: number | null;
}

/** The files of one source. */
interface SurveyedSource {
  readonly folder: string;
  readonly files: readonly SurveyedFile[];
}

interface Passed {
  files: number;
  folders: number;
  readonly examples: string[];
}

/** Everything that rules are held against: what the catalog knows, and what lies in the folders. */
export interface Surveyed {
  readonly sources: readonly SurveyedSource[];
  readonly passed: Readonly<Record<PassedOver, Passed>>;
  /** False where there was more than is looked at. */
  readonly complete: boolean;
}

/**
 * Looks at the folders of a library without its rules, as far as there is time. What is offline is as the catalog knows it. For a thread of its
 * own: it holds that up.
 *
 * @param except folders, absolute, that are no photos: the library itself
 */
export async function surveyFolders(catalogFile: string, except: readonly string[]): Promise<Surveyed> {
  const catalog = new Catalog(catalogFile, true);
  const until = performance.now() + MOST_MS;
  const nothing = (): Passed => ({ files: 0, folders: 0, examples: [] });
  const passed = { hidden: nothing(), system: nothing(), 'ignore-file': nothing() };
  const sources: SurveyedSource[] = [];
  let found = 0;
  let complete = true;
  try {
    for (const { id, path: folder } of catalog.sources.all()) {
      const known = catalog.files.knownUnder(id, '');
      const files = new Map<string, SurveyedFile>();
      for (const { path, size } of known.failures) files.set(path, { path, bytes: size, mediaId: null });
      for (const { path, size, mediaId } of known.files) files.set(path, { path, bytes: size, mediaId });
      const before = found;
      const scan = await scanFolder(folder, '', {
        signal: new AbortController().signal,
        onFound: (count) => (found = before + count),
        except,
        holdingUp: true,
        onPassedOver: (why, path, isFolder) => note(passed[why], join(folder, path), isFolder),
        isEnough: (count) => {
          const enough = before + count >= MOST_FILES || performance.now() > until;
          if (enough) complete = false;
          return enough;
        },
      }).catch((error: unknown) => {
        if (!(error instanceof ServiceError)) throw error;
        return { files: [] };
      });
      for (const { path, size } of scan.files)
        files.set(path, { path, bytes: size, mediaId: files.get(path)?.mediaId ?? null });
      sources.push({ folder, files: [...files.values()] });
    }
  } finally {
    catalog.close();
  }
  return { sources, passed, complete };
}

function note(passed: Passed, path: string, isFolder: boolean): void {
  if (isFolder) passed.folders++;
  else passed.files++;
  if (passed.examples.length < EXAMPLES) passed.examples.push(path);
}

/** What one rule more would leave out, beside those that there are. */
export function previewRule(
  { sources, complete }: Surveyed,
  rules: readonly IgnoreRule[],
  more: IgnoreRule,
): IgnorePreview {
  let files = 0;
  const examples: string[] = [];
  /** Files of each picture that are not left out as it is, and those that would be. */
  const before = new Map<number, number>();
  const gone = new Map<number, number>();
  for (const source of sources) {
    const now = new LeftOut(rules, source.folder);
    const then = new LeftOut([...rules, more], source.folder);
    for (const { path, bytes, mediaId } of source.files) {
      if (now.leavesOutFile(path, bytes)) continue;
      if (mediaId !== null) before.set(mediaId, (before.get(mediaId) ?? 0) + 1);
      if (!then.leavesOutFile(path, bytes)) continue;
      files++;
      if (mediaId !== null) gone.set(mediaId, (gone.get(mediaId) ?? 0) + 1);
      if (examples.length < EXAMPLES) examples.push(join(source.folder, path));
    }
  }
  const pictures = [...gone].filter(([id, count]) => count === before.get(id)).length;
  return { files, pictures, examples, complete };
}

/** What each rule leaves out by itself, and what is left out without one. */
export function surveyRules({ sources, passed, complete }: Surveyed, kept: readonly KeptIgnoreRule[]): IgnoreSurvey {
  const rules = kept.map(({ id, rule }) => {
    const { files, examples } = previewRule({ sources, passed, complete }, [], rule);
    return { id, files, examples };
  });
  const always = (Object.keys(passed) as PassedOver[]).map((why) => ({ why, ...passed[why] }));
  return { rules, always, complete };
}
