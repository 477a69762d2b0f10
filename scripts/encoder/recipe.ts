/** What the built-in encoder is made of. A change to any of it makes another encoder, with another id. */
export const RECIPE = {
  name: 'Built-in (MobileNetV3, COCO detector)',
  /** The detector in `@vladmandic/human`, pinned by SHA-256. */
  source: {
    graph: {
      file: 'centernet.json',
      sha256: 'bfb942eaacc5becf738d536663bc4580a0ae9e560722306e6d4dd7fe4a09de05',
    },
    weights: {
      file: 'centernet.bin',
      sha256: '1b635a15009071f506f9f2b3519b31c072c534888989f30d269ffd44734ef7ef',
    },
  },
  inputSide: 224,
  /**
   * Where the graph is cut; the spatial means of these are the features, in this order. Textures and places are in the
   * middle blocks, kinds of objects in the last two: `docs/encoders.md` has the figures of each.
   */
  outputs: [
    'tower_0/MobilenetV3/expanded_conv_11/depthwise/hard_swish/mul_1',
    'tower_0/MobilenetV3/expanded_conv_13/add',
    'tower_0/MobilenetV3/expanded_conv_14/add',
  ],
  channels: [528, 120, 120],
  /** Softens the edges of JPEG's blocks, which the network takes for texture in small pictures. */
  smoothing: 0.7,
  mirror: false,
} as const;

export type Recipe = Omit<typeof RECIPE, 'mirror'> & { readonly mirror: boolean };
