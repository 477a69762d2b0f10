import type { ModelOutput, Preprocessing } from '../encoders/definition.ts';

/** A picture model as the workers run it: its file, what goes in and what comes out. */
export interface EncodeModel {
  /** Path of the ONNX file. */
  readonly file: string;
  /** The picture's shape, what becomes of its bytes, and the input's name. */
  readonly preprocessing: Pick<
    Preprocessing,
    'width' | 'height' | 'scale' | 'mean' | 'std' | 'layout' | 'dtype' | 'input'
  >;
  /** The output's name and how a row of features is made of it. */
  readonly output: Pick<ModelOutput, 'name' | 'axes' | 'pooling' | 'size'>;
}

/** Bytes of one picture as it travels to the workers: red, green, blue, a byte each, rows from the top. */
export function pictureBytes({ preprocessing }: Pick<EncodeModel, 'preprocessing'>): number {
  return preprocessing.width * preprocessing.height * 3;
}
