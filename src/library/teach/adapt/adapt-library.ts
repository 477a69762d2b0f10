import { availableParallelism } from 'node:os';
import { ServiceError } from '../../../contract/errors.ts';
import { createRandom } from '../../../similarity/random.ts';
import { answerOfWorker } from '../../threads/answer-of-worker.ts';
import type { LibraryParts } from '../../library-parts.ts';
import { withBaseVectors } from '../base-vectors.ts';
import { teachableGroups, type LabelledGroup } from '../labelled-groups.ts';
import type { PauseFlag } from '../pause-flag.ts';
import type { TaughtModel } from '../teach-task.ts';
import { knownPictures } from '../teaching-input.ts';
import { pixelsOf, turn } from '../tuning-pictures.ts';
import type { AdaptTask, AdaptWorkerData, PictureViews } from './adapt-task.ts';
import { pictureViews, type ViewOptions } from './picture-views.ts';
import { workerUrl } from '../../../compute/worker-url.ts';

/** Pictures that are learned from, and views of each beside itself: 240 photos and three views gave all that was to be had. */
const LEARNED = 400;
const VIEWS = 3;
/** As for the deep teaching: a smaller part of a photo often shows none of what it is like. */
const LEARNED_AREA = { least: 0.6, most: 1 };

/** Pictures that judge, and views of each that ask: a fifth of a photo finds it nine times of ten, so that one view says little. */
const HELD_OUT = 200;
const ASKING = 4;
const HELD_OUT_AREA = { least: 0.08, most: 0.5 };

/** Further pictures that are searched among. */
const OTHERS = 500;

/** With fewer there is nothing to tell chance by. */
export const LEAST_PICTURES = 60;

export interface AdaptRun {
  readonly signal: AbortSignal;
  readonly isPaused: () => boolean;
  /** Holds the worker, as `isPaused` does what comes before it. */
  readonly pause: PauseFlag;
  /** @param done 0–1 of what is done now */
  readonly onPreparing: (sentence: string, done: number) => void;
  readonly onEvaluating: (sentence: string, done: number) => void;
}

/** Views that an adapting would encode, of so many pictures. */
export function viewsNeeded(pictures: number): number {
  const { learned, heldOut } = divided(pictures);
  return VIEWS * learned + ASKING * heldOut;
}

/** A quarter judges where there are few. */
function divided(pictures: number): { readonly learned: number; readonly heldOut: number } {
  const heldOut = Math.min(HELD_OUT, Math.floor(pictures / 4));
  return { learned: Math.min(LEARNED, pictures - heldOut), heldOut };
}

/**
 * Fits a head to a library without labels, from views of a sample of its pictures, and judges it by what it has not seen. What answers is
 * not touched.
 *
 * @throws ServiceError TEACHING_IMPOSSIBLE where too few pictures can be read; ENCODER_FAILED; the reason of the signal
 */
export async function adaptLibrary(library: LibraryParts, run: AdaptRun): Promise<TaughtModel> {
  const { catalog, store, base, paths } = library;
  const known = store.completeIds();
  const present = [...catalog.presentMediaIds()].filter((id) => known.has(id));
  const drawn = createRandom(1).shuffled(present);
  const wanted = divided(present.length);
  const groups = judgingGroups(catalog.labels.labelled(), (id) => known.has(id));
  const judging = drawn.slice(0, wanted.heldOut);
  const rest = withoutLabelFirst(drawn.slice(wanted.heldOut), groups);
  const learning = rest.slice(0, wanted.learned);
  const total = judging.length + learning.length;
  const onRead = (before: number) => (done: number) => {
    run.onPreparing(`Looking at parts of your pictures: ${before + done} of ${total}`, (before + done) / total);
  };
  const heldOut = await viewsOf(library, judging, { count: ASKING, area: HELD_OUT_AREA }, run, onRead(0));
  const learned = await viewsOf(library, learning, { count: VIEWS, area: LEARNED_AREA }, run, onRead(judging.length));
  // a drive may go between the two
  const isEnough = heldOut.length + learned.length >= LEAST_PICTURES && learned.length >= heldOut.length;
  if (!isEnough) throw new ServiceError('TEACHING_IMPOSSIBLE', TOO_FEW);
  const ids = new Set([
    ...groups.flatMap(({ members }) => members),
    ...judging,
    ...learning,
    ...rest.slice(wanted.learned, wanted.learned + OTHERS),
  ]);
  const { pictures } = await withBaseVectors(paths, library, (vectors) => knownPictures(catalog, store, vectors, ids));
  run.onEvaluating('Comparing with the search as it was', 0.5);
  const lines = { relatedScore: base.relatedScore, smoothing: base.smoothing };
  const task: AdaptTask = { pictures, dimensions: base.dimensions, base: lines, groups, learned, heldOut };
  return answerOfWorker<TaughtModel>(
    workerUrl('./adapt-worker', import.meta.url),
    { task, pause: run.pause.buffer } satisfies AdaptWorkerData,
    run.signal,
  );
}

export const TOO_FEW = `Adapting needs at least ${LEAST_PICTURES} pictures that can be read now. Add a folder, or connect the drive that they are on.`;

/** What there is to judge by; none where groups say nothing of a difference. */
function judgingGroups(labelled: readonly LabelledGroup[], isKnown: (id: number) => boolean): readonly LabelledGroup[] {
  const teachable = teachableGroups(labelled, isKnown);
  return teachable.problem === null ? teachable.groups : [];
}

/** Labelled pictures judge what was not learned from them: those without a label are to be learned from, while there are enough. */
function withoutLabelFirst(ids: readonly number[], groups: readonly LabelledGroup[]): readonly number[] {
  const labelled = new Set(groups.flatMap(({ members }) => members));
  return [...ids.filter((id) => !labelled.has(id)), ...ids.filter((id) => labelled.has(id))];
}

/** Vectors of views of some pictures, by the encoder as it is; those that cannot be read now are left out. */
async function viewsOf(
  library: LibraryParts,
  ids: readonly number[],
  options: Omit<ViewOptions, 'seed'>,
  run: AdaptRun,
  onDone: (done: number) => void,
): Promise<PictureViews[]> {
  const found: PictureViews[] = [];
  const atOnce = 2 * availableParallelism();
  for (let i = 0; i < ids.length; i += atOnce) {
    await turn(run);
    const some = await Promise.all(ids.slice(i, i + atOnce).map((id) => viewsOfPicture(library, id, options)));
    found.push(...some.filter((one) => one !== null));
    onDone(Math.min(ids.length, i + atOnce));
  }
  return found;
}

async function viewsOfPicture(
  library: LibraryParts,
  id: number,
  options: Omit<ViewOptions, 'seed'>,
): Promise<PictureViews | null> {
  const { base, batcher, encoder } = library;
  const pixels = await pixelsOf(library, library, id);
  if (!pixels) return null;
  const views = await pictureViews(pixels, encoder.inputSide, { ...options, seed: id });
  const vectors = views.map(async (view) => {
    // rounded as vectors of pictures are stored
    return Float32Array.from(Float16Array.from(base.project(await batcher.encode(view))));
  });
  return { id, views: await Promise.all(vectors) };
}
