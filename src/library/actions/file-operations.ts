import { link, mkdir, rename, unlink } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { ActionKind, ActionReason } from '../../contract/action-schemas.ts';
import type { StepRow } from '../catalog/action-store.ts';
import { contentHash, isCode, look, type FileLook } from './file-look.ts';
import {
  ContentChangedError,
  copyDurably,
  copyTo,
  moveWithin,
  PlaceTakenError,
  setTime,
  syncPlace,
} from './place-file.ts';
import { isNoted, note, release, unnote } from './system-trash.ts';

/** A step, and the name beside its place that a file has only while it is done. */
export interface OperatedStep extends Pick<
  StepRow,
  'source' | 'target' | 'size' | 'mtimeMs' | 'ctimeMs' | 'inode' | 'hash' | 'madeInode' | 'madeMtimeMs'
> {
  readonly temporary: string;
}

/** Something that is in the way of one file. */
export class StepRefusal extends Error {
  readonly reason: ActionReason;

  constructor(reason: ActionReason, options?: ErrorOptions) {
    super(reason, options);
    this.reason = reason;
  }
}

/**
 * What is done with a file. Each part can be ended at any moment: `settle` and `settleRevert` look at the disk and say what came of it, having
 * put away what was there only for the time being.
 */
interface FileOperation {
  /** @throws StepRefusal; the system's errors where its disk is full or gone */
  perform(step: OperatedStep): Promise<void>;
  settle(step: OperatedStep): Promise<'done' | 'planned' | 'failed'>;
  revert(step: OperatedStep): Promise<void>;
  settleRevert(step: OperatedStep): Promise<'undone' | 'done'>;
}

const move: FileOperation = {
  perform: (step) => relocate(step.source, step.target, step),
  settle: async (step) => {
    const ending = await settleRelocation(step.source, step.target, step, (aside) => isWhole(aside, step));
    return ending === 'there' ? 'done' : ending === 'here' ? 'planned' : 'failed';
  },
  revert: async (step) => {
    const now = await look(step.target);
    if (now === null) throw new StepRefusal('gone');
    if (isAnother(now, step)) throw new StepRefusal('changed');
    await mkdir(dirname(step.source), { recursive: true });
    // also what was edited there comes back
    await relocate(step.target, step.source, { ...step, hash: null });
  },
  settleRevert: async (step) =>
    (await settleRelocation(step.target, step.source, step, () => true)) === 'there' ? 'undone' : 'done',
};

const trash: FileOperation = {
  perform: async (step) => {
    await named(() => note(step.target, step.source));
    try {
      await relocate(step.source, step.target, step);
    } catch (error) {
      // another's file came there just then: what was noted is not of it
      if (error instanceof StepRefusal && error.reason === 'taken') await unnote(step.target);
      else await release(step.target, step.source);
      throw error;
    }
  },
  settle: async (step) => {
    const ending = await move.settle(step);
    if (ending !== 'done') await release(step.target, step.source);
    return ending;
  },
  revert: async (step) => {
    if ((await look(step.target)) === null || !(await isNoted(step.target, step.source)))
      throw new StepRefusal('not-in-trash');
    await move.revert(step);
    await release(step.target, step.source);
  },
  settleRevert: async (step) => {
    const ending = await move.settleRevert(step);
    if (ending === 'undone') await release(step.target, step.source);
    return ending;
  },
};

/** Puts a file into a trash that only the system can look into. @throws where it refuses */
export type TrashItem = (path: string) => Promise<void>;

/** The trash of macOS and Windows: where a file lies in it is not known, so that it cannot be brought back from here. */
function systemTrash(trashItem: TrashItem | null): FileOperation {
  return {
    perform: async ({ source }) => {
      if (!trashItem) throw new StepRefusal('no-trash');
      await trashItem(source);
      if ((await look(source)) !== null) throw new StepRefusal('failed');
    },
    settle: async ({ source }) => ((await look(source)) === null ? 'done' : 'planned'),
    revert: async ({ source }) => {
      // a person may have put it back
      if ((await look(source)) === null) throw new StepRefusal('system-trash');
    },
    settleRevert: async ({ source }) => ((await look(source)) === null ? 'done' : 'undone'),
  };
}

const copy: FileOperation = {
  perform: ({ source, target, temporary, hash }) => named(() => copyTo(source, target, temporary, hash)),
  settle: async ({ source, target, temporary, hash, size }) => {
    await unlink(temporary).catch(() => undefined);
    const made = await look(target);
    if (made?.size !== size) return 'planned';
    const expected = hash ?? (await contentHash(source).catch(() => null));
    return (await contentHash(target)) === expected ? 'done' : 'planned';
  },
  revert: async (step) => {
    await removeMade(step, (original, made) => original.inode !== made.inode);
  },
  settleRevert: async ({ target }) => ((await look(target)) === null ? 'undone' : 'done'),
};

const hardLink: FileOperation = {
  perform: ({ source, target }) => named(() => link(source, target)),
  settle: async ({ source, target }) => {
    const [original, made] = await Promise.all([look(source), look(target)]);
    return original !== null && original.inode === made?.inode ? 'done' : 'planned';
  },
  revert: async (step) => {
    await removeMade(step, (original, made) => original.inode === made.inode);
  },
  settleRevert: async ({ target }) => ((await look(target)) === null ? 'undone' : 'done'),
};

/** The source is a file with the bytes of the target, and becomes a hard link to it. */
const replace: FileOperation = {
  perform: async ({ source, target, temporary, hash }) => {
    const known = await look(target);
    if (known?.isFile !== true) throw new StepRefusal('kept-missing');
    await named(() => moveWithin(source, temporary));
    try {
      // nobody knows it by this name: what is compared now is what is given up below
      const [own, kept] = await Promise.all([contentHash(temporary), contentHash(target)]);
      if (own !== kept || own !== (hash ?? own)) throw new StepRefusal('different-bytes');
      // what is given up below may have been the only one that is on the disk
      await syncPlace(target);
      await named(() => link(target, source));
      await refuseOther(source, target, known);
    } catch (error) {
      await bringBack(temporary, source);
      throw error;
    }
    await unlink(temporary);
  },
  settle: async ({ source, target, temporary }) => {
    const [own, kept, aside] = await Promise.all([look(source), look(target), look(temporary)]);
    const isLinked = own !== null && own.inode === kept?.inode;
    if (aside === null) return isLinked ? 'done' : own === null ? 'failed' : 'planned';
    if (own === null || (!isLinked && own.inode !== aside.inode)) {
      await bringBack(temporary, source);
      return own === null ? 'planned' : 'failed';
    }
    if (isLinked && own.inode !== aside.inode && (await contentHash(source)) !== (await contentHash(temporary))) {
      // the kept file was changed just then
      await unlink(source);
      await bringBack(temporary, source);
      return 'planned';
    }
    await unlink(temporary);
    return isLinked && own.inode !== aside.inode ? 'done' : 'planned';
  },
  revert: async ({ source, temporary, madeInode, hash, mtimeMs }) => {
    const own = await look(source);
    if (own === null) throw new StepRefusal('gone');
    if (own.inode !== madeInode) throw new StepRefusal('changed');
    if ((await copyDurably(source, temporary)) !== hash) {
      await unlink(temporary);
      throw new StepRefusal('changed');
    }
    await setTime(temporary, mtimeMs);
    if ((await look(source))?.inode !== madeInode) {
      await unlink(temporary);
      throw new StepRefusal('changed');
    }
    await rename(temporary, source);
  },
  settleRevert: async ({ source, temporary, madeInode }) => {
    await unlink(temporary).catch(() => undefined);
    const own = await look(source);
    return own !== null && own.inode !== madeInode ? 'undone' : 'done';
  },
};

const OPERATIONS: Readonly<Record<ActionKind, FileOperation>> = { trash, move, copy, link: hardLink, replace };

/** What is done in a step. @param trashItem null where this program has its own way to the trash, or none */
export function operationOf(
  { operation, source, target }: Pick<StepRow, 'operation' | 'source' | 'target'>,
  trashItem: TrashItem | null,
): FileOperation {
  return operation === 'trash' && target === source ? systemTrash(trashItem) : OPERATIONS[operation];
}

/** Puts a file back to its place; where another is there by now, beside it under a name with a number. */
async function bringBack(from: string, to: string): Promise<void> {
  const ending = extname(to);
  for (let n = 1; ; n++) {
    try {
      await moveWithin(from, n === 1 ? to : `${to.slice(0, to.length - ending.length)} (${n})${ending}`);
      return;
    } catch (error) {
      if (!(error instanceof PlaceTakenError)) throw error;
    }
  }
}

/** Where a step's file lies for the time being: beside the place where it is to be, with a name that no scan looks at. */
export function temporaryPath(
  step: Pick<StepRow, 'operation' | 'source' | 'target' | 'number'>,
  token: string,
): string {
  const place = step.operation === 'replace' ? step.source : step.target;
  return join(dirname(place), `.semblance-${token}-${step.number}`);
}

/** @throws StepRefusal where the file is not the one that the plan is about */
export async function refuseChanged({ source, size, mtimeMs, ctimeMs, hash }: OperatedStep): Promise<FileLook> {
  const now = await look(source);
  if (now === null) throw new StepRefusal('gone');
  if (!now.isFile) throw new StepRefusal('not-a-file');
  if (now.size !== size || now.mtimeMs !== mtimeMs) throw new StepRefusal('changed');
  // something was done to it that left size and time: another name, other permissions, or other content
  if (now.ctimeMs !== ctimeMs && hash !== null && (await contentHash(source)) !== hash)
    throw new StepRefusal('changed');
  return now;
}

async function relocate(from: string, to: string, { temporary, hash }: OperatedStep): Promise<void> {
  await named(async () => {
    try {
      await moveWithin(from, to);
      return;
    } catch (error) {
      if (!isCode(error, 'EXDEV')) throw error;
    }
    const before = await look(from);
    await copyTo(from, to, join(dirname(to), basename(temporary)), hash);
    const after = await look(from);
    if (
      after === null ||
      after.mtimeMs !== before?.mtimeMs ||
      after.size !== before.size ||
      after.inode !== before.inode
    ) {
      await unlink(to);
      throw new ContentChangedError(from);
    }
    try {
      // the name of the copy has to be on its disk before the only other one goes
      await syncPlace(dirname(to));
    } catch (error) {
      await unlink(to);
      throw error;
    }
    await unlink(from);
  });
}

/**
 * What came of a {@link relocate} that was ended in the middle.
 *
 * @param isComplete whether the hidden copy can be taken for the file, where there is no other
 */
async function settleRelocation(
  from: string,
  to: string,
  { temporary, inode }: OperatedStep,
  isComplete: (aside: string) => boolean | Promise<boolean>,
): Promise<'here' | 'there' | 'gone'> {
  const aside = join(dirname(to), basename(temporary));
  const [here, there, hidden] = await Promise.all([look(from), look(to), look(aside)]);
  if (here === null && there === null) {
    // a power cut may have taken the copy's name, and left the hidden one
    if (hidden === null || !(await isComplete(aside))) return 'gone';
    await moveWithin(aside, to);
    return 'there';
  }
  if (hidden !== null) await unlink(aside).catch(() => undefined);
  if (there === null) return 'here';
  if (here === null) return 'there';
  if (here.inode === there.inode && here.device === there.device) {
    // both names of one file: the first was about to go
    await unlink(from);
    return 'there';
  }
  if (there.inode === inode && here.inode !== inode) return 'there';
  const isCopied = there.size === here.size && (await contentHash(from)) === (await contentHash(to));
  if (!isCopied) return 'here';
  await syncPlace(dirname(to));
  await unlink(from);
  return 'there';
}

async function isWhole(path: string, { size, hash }: OperatedStep): Promise<boolean> {
  return (await look(path))?.size === size && (hash === null || (await contentHash(path)) === hash);
}

/** Whether nothing of a file is as it was made: it is none that was edited, but another of that name. */
function isAnother(now: FileLook, { size, madeInode, madeMtimeMs }: OperatedStep): boolean {
  return now.inode !== madeInode && now.size !== size && now.mtimeMs !== madeMtimeMs;
}

/** Takes a link back that does not lead to the file that was looked at and compared. @throws StepRefusal */
async function refuseOther(made: string, target: string, known: FileLook): Promise<void> {
  const [now, kept] = await Promise.all([look(made), look(target)]);
  if (now?.isFile === true && now.inode === known.inode && now.size === known.size && now.mtimeMs === known.mtimeMs)
    return;
  // else it is not the link that was made
  if (now !== null && now.inode === kept?.inode) await unlink(made);
  throw new StepRefusal('kept-missing');
}

/** Removes a copy or a link, where it is as it was made and what it was made from is still there. */
async function removeMade(
  { source, target, size, mtimeMs, madeInode, madeMtimeMs, hash }: OperatedStep,
  isOf: (original: FileLook, made: FileLook) => boolean,
): Promise<void> {
  const [original, made] = await Promise.all([look(source), look(target)]);
  if (made === null) throw new StepRefusal('gone');
  if (made.inode !== madeInode || made.mtimeMs !== madeMtimeMs || made.size !== size) throw new StepRefusal('changed');
  if (original?.isFile !== true || original.size !== size || original.mtimeMs !== mtimeMs || !isOf(original, made))
    throw new StepRefusal('original-changed');
  if (hash !== null && (await contentHash(target)) !== hash) throw new StepRefusal('changed');
  if (hash !== null && original.inode !== made.inode && (await contentHash(source)) !== hash)
    throw new StepRefusal('original-changed');
  await unlink(target);
}

/** Says in the words of a plan what the system says of one file; what concerns more than that is passed on. */
async function named<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof StepRefusal) throw cause;
    if (cause instanceof PlaceTakenError || isCode(cause, 'EEXIST')) throw new StepRefusal('taken', { cause });
    if (cause instanceof ContentChangedError) throw new StepRefusal('changed', { cause });
    if (isCode(cause, 'ENOENT')) throw new StepRefusal('gone', { cause });
    if (isCode(cause, 'ELOOP')) throw new StepRefusal('not-a-file', { cause });
    if (isCode(cause, 'EXDEV')) throw new StepRefusal('other-drive', { cause });
    if (isCode(cause, 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) throw new StepRefusal('no-links', { cause });
    if (isCode(cause, 'EACCES', 'EPERM', 'EROFS')) throw new StepRefusal('read-only', { cause });
    throw cause;
  }
}
