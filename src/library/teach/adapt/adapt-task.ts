import type { TeachTask } from '../teach-task.ts';

/**
 * What adapting to a library is asked: as it travels to its worker. `pictures` are a sample of the library and the labelled ones; `groups` is
 * what it is judged by where there is something: nothing is taught from labels.
 */
export interface AdaptTask extends Pick<TeachTask, 'pictures' | 'dimensions' | 'base' | 'groups'> {
  /** Pictures that are learned from, by id, and vectors of views of each. */
  readonly learned: readonly PictureViews[];
  /** Pictures that are not, and views of each that have to find their picture. */
  readonly heldOut: readonly PictureViews[];
}

/** What the worker is started with. */
export interface AdaptWorkerData {
  readonly task: AdaptTask;
  /** Of a `PauseFlag`. */
  readonly pause: SharedArrayBuffer;
}

export interface PictureViews {
  readonly id: number;
  /** Unit vectors by the encoder as it is. */
  readonly views: readonly Float32Array[];
}
