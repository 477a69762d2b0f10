/** What goes into an encoder and what comes out of it, as plain arrays. */
import type { EncodeModel } from './encode-model.ts';

export type InputData = Uint8Array | Float32Array | Float16Array;

/**
 * The tensor's values for pictures of bytes: as they are where the model takes bytes in this order, else `(byte · scale - mean) / std`
 * in its layout and type.
 *
 * @param pixels n × height × width × 3 bytes
 * @param reuse a former result, to be filled again where it fits
 */
export function inputData(pixels: Uint8Array, model: EncodeModel, reuse?: InputData): InputData {
  const { dtype, layout, scale, mean, std, width, height } = model.preprocessing;
  const plain = scale === 1 && mean.every((value) => value === 0) && std.every((value) => value === 1);
  if (dtype === 'uint8' && layout === 'NHWC' && plain) return pixels;
  const target = reuse?.length === pixels.length ? reuse : newData(dtype, pixels.length);
  const plane = width * height;
  // 256 × 3 values are all that a byte of a channel can become.
  const tables = mean.map((channelMean, channel) =>
    Float32Array.from({ length: 256 }, (_, byte) => (byte * scale - channelMean) / (std[channel] ?? 1)),
  );
  for (let first = 0; first < pixels.length; first += 3 * plane) {
    for (const [channel, table] of tables.entries()) {
      const planar = layout === 'NCHW';
      const start = first + (planar ? channel * plane : channel);
      const step = planar ? 1 : 3;
      for (let i = 0; i < plane; i++) target[start + i * step] = table[pixels[first + 3 * i + channel] ?? 0] ?? 0;
    }
  }
  return target;
}

function newData(dtype: EncodeModel['preprocessing']['dtype'], length: number): InputData {
  switch (dtype) {
    case 'uint8':
      return new Uint8Array(length);
    case 'float16':
      return new Float16Array(length);
    case 'float32':
      return new Float32Array(length);
  }
}

/** Shape of the input tensor of so many pictures. */
export function inputShape({ preprocessing: { layout, width, height } }: EncodeModel, pictures: number): number[] {
  return layout === 'NCHW' ? [pictures, 3, height, width] : [pictures, height, width, 3];
}

/**
 * A row of features a picture, in a buffer of its own.
 *
 * @throws Error where the tensor is not of the shape that the encoder says
 */
export function featureRows(
  data: Float32Array | Float16Array,
  dims: readonly number[],
  output: EncodeModel['output'],
): Float32Array<ArrayBuffer> {
  const { axes, pooling, size } = output;
  const pictures = dims[0] ?? 0;
  const channelAxis = { rows: 1, tokens: 2, planes: 1, pixels: 3 }[axes];
  if (dims[channelAxis] !== size || data.length !== dims.reduce((product, n) => product * n, 1)) {
    throw new Error(`the model gives [${dims.join(', ')}], not ${size} values a picture`);
  }
  const places = data.length / (pictures * size);
  if (places === 1) return Float32Array.from(data);
  if (pooling === 'none')
    throw new Error(`the model gives ${places} rows a picture, and nothing says how they become one`);
  const rows = new Float32Array(pictures * size);
  const counted = pooling === 'cls' ? 1 : places;
  for (let picture = 0; picture < pictures; picture++) {
    const first = picture * places * size;
    for (let channel = 0; channel < size; channel++) {
      let sum = 0;
      for (let place = 0; place < counted; place++) {
        sum += data[first + (axes === 'planes' ? channel * places + place : place * size + channel)] ?? 0;
      }
      rows[picture * size + channel] = sum / counted;
    }
  }
  return rows;
}
