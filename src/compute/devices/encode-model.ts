/**
 * A picture model as the workers run it: bytes in, uint8 [n, height, width, 3] (red, green, blue, rows from the top), and rows of
 * features out, float32 [n, featureSize]. Whatever else a model wants is in its graph.
 */
export interface EncodeModel {
  /** Path of the ONNX file. */
  readonly file: string;
  /** Of a picture, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly inputName: string;
  readonly outputName: string;
  readonly featureSize: number;
  /** Pictures that a run of the model takes, where that is fixed; null for any number. */
  readonly batch: number | null;
}

/** Bytes of one picture as it travels to the workers. */
export function pictureBytes({ width, height }: Pick<EncodeModel, 'width' | 'height'>): number {
  return width * height * 3;
}
