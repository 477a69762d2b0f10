/** What lies below the trained blocks, on ONNX Runtime: several times as fast as TensorFlow.js without a GPU. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { SplitGraph } from './split-graph.ts';

/** What crosses the cut, of one picture. */
export interface Activation {
  /** [h, w, c] */
  readonly shape: readonly [number, number, number];
  /** Rounded to half precision: half the memory, and vectors equal to a cosine of 0.999999. */
  readonly values: Float16Array;
}

export class FrozenPart {
  readonly #session: InferenceSession;
  readonly #split: SplitGraph;

  private constructor(session: InferenceSession, split: SplitGraph) {
    this.#session = session;
    this.#split = split;
  }

  static async open(split: SplitGraph): Promise<FrozenPart> {
    return new FrozenPart(await InferenceSession.create(split.frozen), split);
  }

  /**
   * @param pixels whole pictures of `side`² × 3 bytes
   * @returns for each picture, what crosses the cut, in the order of the split's crossings
   */
  async activations(pixels: Uint8Array, side: number): Promise<Activation[][]> {
    const count = pixels.length / (side * side * 3);
    const input = this.#session.inputNames[0] ?? '';
    const result = await this.#session.run({ [input]: new Tensor('uint8', pixels, [count, side, side, 3]) });
    const pictures = Array.from({ length: count }, (): Activation[] => []);
    for (const { output } of this.#split.crossings) {
      const { data, dims } = result[output] as Tensor;
      const [, height = 0, width = 0, channels = 0] = dims;
      const size = height * width * channels;
      for (const [i, picture] of pictures.entries()) {
        const values = Float16Array.from((data as Float32Array).subarray(i * size, (i + 1) * size));
        picture.push({ shape: [height, width, channels], values });
      }
    }
    return pictures;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}
