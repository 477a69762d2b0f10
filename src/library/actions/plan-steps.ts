import { basename, dirname, extname, join } from 'node:path';
import type { ActionKind, RefusedFile } from '../../contract/action-schemas.ts';
import type { PlannedStep } from '../catalog/action-store.ts';
import { nameKind } from '../media/formats.ts';
import { packed } from './step-memory.ts';
import type { GatheredFile } from './gather-files.ts';

/** Where files can go. */
export interface ActionPlace {
  /** The folder that a file of this one goes to; null where there is none for it. */
  readonly folderFor: (folder: string) => string | null;
  /** Names that are taken in such a folder. */
  readonly taken: (folder: string) => Iterable<string>;
  /** Files go to a trash that only the system can look into: a step's target is its source then. */
  readonly ofSystem?: boolean;
  /** What lies on it can have a hard link there. */
  readonly device: string | null;
}

/** What a step knows of the pictures that its file goes with. */
type CompanionNumbers = Pick<PlannedStep, 'companionOf' | 'memory'>;

interface Planned {
  readonly steps: readonly PlannedStep[];
  readonly refused: readonly RefusedFile[];
}

/**
 * Plans what is done with each file, a few at a time. Files of one name that go together (a picture, its sidecar, its other half) keep one name;
 * where one of them is taken all get the next number: "IMG_1 (2).jpg" and "IMG_1 (2).xmp". No two files go to one place, and none to where one is.
 */
export function* planSteps(
  kind: ActionKind,
  files: readonly GatheredFile[],
  place: ActionPlace,
): Generator<Planned, void, undefined> {
  if (kind === 'replace' || place.ofSystem === true) {
    const ordered = picturesFirst(files);
    const numbers = new Map(ordered.map(({ path }, i) => [path, i]));
    for (const file of ordered) {
      const target = kind === 'replace' ? (file.keptPath ?? file.path) : file.path;
      yield { steps: [stepOf(kind, file, target, numberIn(numbers, file))], refused: [] };
    }
    return;
  }
  let first = 0;
  const names = new TakenNames(place.taken);
  for (const unit of unitsOf(files)) {
    const reason = unitProblem(kind, unit, place);
    if (reason === null) {
      const steps = unitSteps(kind, unit, place.folderFor(unit.folder) ?? unit.folder, names, first);
      first += steps.length;
      yield { steps, refused: [] };
    } else yield { steps: [], refused: unit.files.map(({ path }) => ({ path, reason })) };
  }
}

/** @param first the number of the first of them in the plan */
function unitSteps(
  kind: ActionKind,
  { stem, files }: Unit,
  folder: string,
  names: TakenNames,
  first: number,
): PlannedStep[] {
  const numbers = new Map(files.map(({ path }, i) => [path, first + i]));
  const rests = files.map(({ path }) => basename(path).slice(stem.length));
  const taken = names.take(folder, stem, rests);
  return files.map((file, i) => {
    // the name as it is written may differ in capitals
    const own = basename(file.path).slice(0, stem.length) + taken.slice(stem.length);
    return stepOf(kind, file, join(folder, own + (rests[i] ?? '')), numberIn(numbers, file));
  });
}

/** Files of one folder and name. */
interface Unit {
  readonly folder: string;
  readonly stem: string;
  readonly files: readonly GatheredFile[];
}

function unitsOf(files: readonly GatheredFile[]): Unit[] {
  const units = Map.groupBy(files, ({ path, role }) => join(dirname(path), stemOf(basename(path), role).toLowerCase()));
  return [...units.values()].flatMap(apartByCapitals).flatMap((members): Unit[] => {
    // their names count
    const sorted = picturesFirst(members);
    const [first] = sorted;
    if (!first) return [];
    return [{ folder: dirname(first.path), stem: stemOf(basename(first.path), first.role), files: sorted }];
  });
}

function picturesFirst(files: readonly GatheredFile[]): GatheredFile[] {
  return files.toSorted((a, b) => Number(a.role !== 'picture') - Number(b.role !== 'picture'));
}

/** The number of the picture that a file goes with, and of further ones; null for a picture. */
function numberIn(numbers: ReadonlyMap<string, number>, { companionOf, alsoOf }: GatheredFile): CompanionNumbers {
  const further = alsoOf.flatMap((path) => numbers.get(path) ?? []);
  return {
    companionOf: companionOf === null ? null : (numbers.get(companionOf) ?? null),
    memory: further.length === 0 ? null : packed({ alsoOf: further }),
  };
}

/** `a.jpg` and `a.JPG` in one folder are two files that cannot both keep their names everywhere. */
function apartByCapitals(files: readonly GatheredFile[]): GatheredFile[][] {
  const units: GatheredFile[][] = [];
  for (const file of files) {
    const isSame = (other: GatheredFile): boolean => fold(basename(other.path)) === fold(basename(file.path));
    const unit = units.find((members) => !members.some(isSame));
    if (unit) unit.push(file);
    else units.push([file]);
  }
  return units;
}

/** `IMG_1` of `IMG_1.JPG`, `IMG_1.xmp` and the sidecar `IMG_1.JPG.xmp`. */
function stemOf(name: string, role: GatheredFile['role']): string {
  const bare = name.slice(0, name.length - extname(name).length);
  const ofOnePicture = role === 'sidecar' && ['picture', 'video'].includes(nameKind(bare));
  return ofOnePicture ? bare.slice(0, bare.length - extname(bare).length) : bare;
}

function unitProblem(kind: ActionKind, { folder, files }: Unit, place: ActionPlace): RefusedFile['reason'] | null {
  const target = place.folderFor(folder);
  if (target === null) return 'no-trash';
  if (kind === 'move' && target === folder) return 'already-there';
  return kind === 'link' && files.some(({ device }) => device !== place.device) ? 'other-drive' : null;
}

function stepOf(kind: ActionKind, file: GatheredFile, target: string, numbers: CompanionNumbers): PlannedStep {
  const { path, role, size, mtimeMs, ctimeMs, inode, hash, mediaId, keptId, shared } = file;
  const { keptPath, keptSize, keptMtimeMs } = file;
  // what is for pictures too that stay is not taken from them
  const operation = kind === 'move' && shared ? 'copy' : kind;
  const kept = { keptId, keptPath, keptSize, keptMtimeMs };
  return { operation, role, source: path, target, size, mtimeMs, ctimeMs, inode, hash, mediaId, ...kept, ...numbers };
}

/** Names in folders, by how file systems compare them that know no capitals. */
class TakenNames {
  readonly #taken: ActionPlace['taken'];
  readonly #folders = new Map<string, Set<string>>();

  constructor(taken: ActionPlace['taken']) {
    this.#taken = taken;
  }

  /** Takes a name with all these endings. @returns the name, or it with the lowest number with which all are free */
  take(folder: string, stem: string, endings: readonly string[]): string {
    const names = this.#namesIn(folder);
    for (let n = 1; ; n++) {
      const name = n === 1 ? stem : `${stem} (${n})`;
      const folded = endings.map((ending) => fold(name + ending));
      if (folded.some((each) => names.has(each))) continue;
      for (const each of folded) names.add(each);
      return name;
    }
  }

  #namesIn(folder: string): Set<string> {
    const known = this.#folders.get(folder) ?? new Set([...this.#taken(folder)].map(fold));
    this.#folders.set(folder, known);
    return known;
  }
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
