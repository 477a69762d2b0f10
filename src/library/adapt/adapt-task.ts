import type { LabelledGroup } from '../teach/labelled-groups.ts';
import type { LinesOfBase } from '../teach/related-lines.ts';
import type { SamePicture } from '../teach/same-pictures.ts';

/** What adapting to a library is asked: as it travels to its worker. */
export interface AdaptTask {
  /** A sample of the library and the labelled pictures, with what is known of them. */
  readonly pictures: readonly (SamePicture & { readonly vector: Float32Array })[];
  readonly dimensions: number;
  readonly base: LinesOfBase;
  /** What it is judged by where there is something; nothing is taught from labels. */
  readonly groups: readonly LabelledGroup[];
  /** Pictures that are learned from, by id, and vectors of views of each. */
  readonly learned: readonly PictureViews[];
  /** Pictures that are not, and views of each that have to find their picture. */
  readonly heldOut: readonly PictureViews[];
}

export interface PictureViews {
  readonly id: number;
  /** Unit vectors by the encoder as it is. */
  readonly views: readonly Float32Array[];
}
