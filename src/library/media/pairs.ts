import { opendir } from 'node:fs/promises';
import { extname } from 'node:path';
import { isRawName } from './formats.ts';

/** The picture that a camera or phone shows of a pair; the first of these in a folder is taken. */
const SHOWN = ['.jpg', '.jpeg', '.heic', '.heif', '.hif'];

/** The film of a Live Photo. */
const LIVE = '.mov';

/** That lasts three seconds: of more bytes than this, a film of a photo's name is a video of its own, and somebody made a picture for it. */
export const LARGEST_LIVE_BYTES = 40_000_000;

/**
 * The names in one folder, by what belongs together: a camera raw file and the JPEG or HEIC of the same name, a Live Photo's picture and its
 * film. One of them is shown, the others are its companions. It is all in the names, so that nothing has to be kept, and a pair that is
 * moved or renamed stays one.
 */
export class FolderNames {
  readonly #byStem = new Map<string, string[]>();

  constructor(names: Iterable<string>) {
    for (const name of names) this.#add(name);
  }

  /** Of the folder at an absolute path, a little at a time; without names where it cannot be listed. */
  static async of(folder: string): Promise<FolderNames> {
    const names = new FolderNames([]);
    try {
      for await (const entry of await opendir(folder, { bufferSize: 64 })) names.#add(entry.name);
    } catch {
      // gone, or without permission: the scan says so
    }
    return names;
  }

  #add(name: string): void {
    if (!isShown(name) && !isCompanion(name)) return;
    const key = stem(name);
    const alike = this.#byStem.get(key);
    if (alike) alike.push(name);
    else this.#byStem.set(key, [name]);
  }

  /** The name of the picture that is shown for this file as well; null where it stands for itself. */
  shownFor(name: string): string | null {
    return isCompanion(name) ? (this.#alike(name).find(isShown) ?? null) : null;
  }

  /** What goes with a picture, by name, sorted. */
  companionsOf(name: string): string[] {
    return isShown(name) ? this.#alike(name).filter(isCompanion).sort() : [];
  }

  #alike(name: string): readonly string[] {
    return this.#byStem.get(stem(name)) ?? [];
  }
}

function isShown(name: string): boolean {
  return SHOWN.includes(extname(name).toLowerCase());
}

function isCompanion(name: string): boolean {
  return extname(name).toLowerCase() === LIVE || isRawName(name);
}

/** `IMG_1.JPG` and `img_1.cr2` are of one exposure, however a letter with an accent in it is put together. */
function stem(name: string): string {
  return name
    .slice(0, name.length - extname(name).length)
    .normalize('NFC')
    .toLowerCase();
}
