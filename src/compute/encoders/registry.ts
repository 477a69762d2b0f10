/**
 * The encoders that Semblance knows. Addresses are on the models' public hub; sums and most sizes are what the hub's pages say
 * of the named revision (a size that no page gave for that very file is `estimated`). A sum that no page gave is `null`: the
 * first download shows it and pins it, and any later change is refused (`pins.ts`). Related scores of downloaded encoders are
 * starting points, not measured on them here; see `docs/encoders.md`.
 */
import { ServiceError } from '../../contract/errors.ts';
import { encoderDefinition, type EncoderDefinition, type EncoderFile } from './definition.ts';
import type { z } from 'zod';

type DefinitionInput = z.input<typeof encoderDefinition>;

const HUB = 'https://huggingface.co';

/** A file of a repository of the hub at a revision. */
function hubFile(
  role: EncoderFile['role'],
  repository: string,
  revision: string,
  path: string,
  size: { bytes: number; bytesAre?: EncoderFile['bytesAre']; sha256?: string },
): EncoderFile {
  const url = `${HUB}/${repository}/resolve/${revision}/${path}`;
  return { path, role, bytes: size.bytes, bytesAre: size.bytesAre ?? 'rounded', sha256: size.sha256 ?? null, url };
}

const APACHE = { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0', file: null };
const MIT_CLIP = { name: 'MIT', url: 'https://github.com/openai/CLIP/blob/main/LICENSE', file: null };
/** Weights are for research; the text has changed over time, so the page at the source is what holds. */
const APPLE = {
  name: 'apple-amlr (Apple Machine Learning Research Model Licence)',
  url: 'https://huggingface.co/apple/MobileCLIP-S0/blob/main/LICENSE',
  file: null,
  restricted: true,
};

const IMAGENET = { scale: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
/** OpenAI's own statistics: `clip/clip.py`. */
const CLIP = {
  scale: 1 / 255,
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
} as const;

/** Two towers, as transformers.js' exports have them: `image_embeds` and `text_embeds`, both [n, d]. */
function clipText(relatedScore: number): DefinitionInput['readsWords'] {
  return {
    maxLength: 77,
    padding: 'max_length',
    output: 'text_embeds',
    template: 'a photo of {}',
    languages: ['en'],
    relatedScore,
  };
}

function mobileClip(id: string, name: string, description: string, files: EncoderFile[]): DefinitionInput {
  return {
    id,
    name,
    description,
    source: 'hub',
    licence: APPLE,
    files,
    // `preprocessor_config.json`: shortest side 256, middle, bilinear, not normalised
    preprocessing: {
      width: 256,
      height: 256,
      fit: 'crop',
      kernel: 'linear',
      scale: 1 / 255,
      mean: [0, 0, 0],
      std: [1, 1, 1],
      layout: 'NCHW',
      dtype: 'float32',
      input: 'pixel_values',
    },
    output: { name: 'image_embeds', axes: 'rows', pooling: 'none', size: 512 },
    readsWords: clipText(0.18),
    relatedScore: 0.6,
  };
}

function tokenizerFiles(repository: string): EncoderFile[] {
  return [
    hubFile('tokenizer', repository, 'main', 'tokenizer.json', { bytes: 2_220_000, bytesAre: 'estimated' }),
    hubFile('config', repository, 'main', 'tokenizer_config.json', { bytes: 705, bytesAre: 'estimated' }),
  ];
}

const DEFINITIONS: readonly DefinitionInput[] = [
  {
    id: 'builtin',
    name: 'Built-in (MobileNetV3, COCO detector)',
    description: 'Comes with Semblance and works at once, without a download.',
    source: 'built-in',
    licence: { name: 'MIT', url: null, file: null },
    files: [],
    preprocessing: {
      width: 224,
      height: 224,
      fit: 'stretch',
      kernel: 'lanczos3',
      scale: 1,
      mean: [0, 0, 0],
      std: [1, 1, 1],
      layout: 'NHWC',
      dtype: 'uint8',
      input: 'pixels',
    },
    output: { name: 'features', axes: 'rows', pooling: 'none', size: 768, normalise: false },
    readsWords: null,
    projection: 'builtin',
    relatedScore: 0.231,
  },
  {
    id: 'dinov2-small',
    name: 'DINOv2 small',
    description: 'Finds pictures that look alike better than the built-in encoder, down to single objects. No words.',
    source: 'hub',
    licence: APACHE,
    files: [
      hubFile('vision', 'Xenova/dinov2-small', '560a572cedd01ab59cf1a614c2d9673397b65ef2', 'onnx/model.onnx', {
        bytes: 88_500_000,
        sha256: '83141175ec78b4ff9a2bb58a4c7c264ba0054d1c2e122e5a8114b79a8d4179ea',
      }),
    ],
    // `preprocessor_config.json`: shortest side 256, middle 224, bicubic
    preprocessing: {
      width: 224,
      height: 224,
      fit: 'crop',
      keep: 0.875,
      kernel: 'cubic',
      ...IMAGENET,
      mean: [...IMAGENET.mean],
      std: [...IMAGENET.std],
      layout: 'NCHW',
      dtype: 'float32',
      input: 'pixel_values',
    },
    output: { name: 'last_hidden_state', axes: 'tokens', pooling: 'cls', size: 384 },
    readsWords: null,
    relatedScore: 0.35,
  },
  {
    id: 'clip-vit-base-patch32',
    name: 'CLIP ViT-B/32',
    description: 'Groups pictures by what they mean, and finds them by English words.',
    source: 'hub',
    licence: MIT_CLIP,
    files: [
      hubFile(
        'vision',
        'Xenova/clip-vit-base-patch32',
        '4c1807b705b1d015fb032789cc4d221b23025a6f',
        'onnx/vision_model.onnx',
        {
          bytes: 352_000_000,
          sha256: 'fd6e1402a588279d1723c7534d4bcba5bc0b14b47dfab0e46f8c47b8270d7d40',
        },
      ),
      // 8 bits: a quarter of the download, for one short text a search
      hubFile(
        'text',
        'Xenova/clip-vit-base-patch32',
        'b8b103f67eef16b29539311ff78dde6c4a754370',
        'onnx/text_model_quantized.onnx',
        { bytes: 64_500_000, sha256: '73baab855d406190da9faa498cfedf65f15cf309f4cc7385b7b032e6d08e5c3a' },
      ),
      ...tokenizerFiles('Xenova/clip-vit-base-patch32'),
    ],
    preprocessing: {
      width: 224,
      height: 224,
      fit: 'crop',
      kernel: 'cubic',
      scale: CLIP.scale,
      mean: [...CLIP.mean],
      std: [...CLIP.std],
      layout: 'NCHW',
      dtype: 'float32',
      input: 'pixel_values',
    },
    output: { name: 'image_embeds', axes: 'rows', pooling: 'none', size: 512 },
    readsWords: clipText(0.22),
    relatedScore: 0.7,
  },
  {
    id: 'siglip2-base',
    name: 'SigLIP 2 base',
    description:
      'The best of these by what pictures mean; reads words in over a hundred languages. The largest download.',
    source: 'hub',
    licence: APACHE,
    files: [
      hubFile('vision', 'onnx-community/siglip2-base-patch16-224-ONNX', 'main', 'onnx/vision_model.onnx', {
        bytes: 372_000_000,
        bytesAre: 'estimated',
      }),
      hubFile('text', 'onnx-community/siglip2-base-patch16-224-ONNX', 'main', 'onnx/text_model_quantized.onnx', {
        bytes: 283_000_000,
        bytesAre: 'estimated',
      }),
      hubFile('tokenizer', 'onnx-community/siglip2-base-patch16-224-ONNX', 'main', 'tokenizer.json', {
        bytes: 34_400_000,
        bytesAre: 'estimated',
      }),
      hubFile('config', 'onnx-community/siglip2-base-patch16-224-ONNX', 'main', 'tokenizer_config.json', {
        bytes: 47_200,
        bytesAre: 'estimated',
      }),
    ],
    preprocessing: {
      width: 224,
      height: 224,
      fit: 'stretch',
      kernel: 'linear',
      scale: 1 / 255,
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
      layout: 'NCHW',
      dtype: 'float32',
      input: 'pixel_values',
    },
    output: { name: 'pooler_output', axes: 'rows', pooling: 'none', size: 768 },
    readsWords: {
      maxLength: 64,
      padding: 'max_length',
      lowercase: true,
      output: 'pooler_output',
      template: 'This is a photo of {}.',
      languages: ['mul'],
      relatedScore: 0.05,
    },
    relatedScore: 0.6,
  },
  mobileClip('mobileclip-s0', 'MobileCLIP S0 (small)', 'Small and fast; finds pictures by English words.', [
    hubFile('vision', 'Xenova/mobileclip_s0', 'f13557b8ac7cf7f77adec07a1c70adfc3ea67f91', 'onnx/vision_model.onnx', {
      bytes: 45_543_630,
      bytesAre: 'exact',
      sha256: '17d3c037b1d488c10c50e09f6009ea5a198caef4e0e8f4ea5617b7cb2d067ac0',
    }),
    hubFile('text', 'Xenova/mobileclip_s0', 'main', 'onnx/text_model.onnx', {
      bytes: 169_800_000,
      bytesAre: 'estimated',
    }),
    ...tokenizerFiles('Xenova/mobileclip_s0'),
  ]),
  mobileClip('mobileclip-s2', 'MobileCLIP S2 (quality)', 'Finds more than S0 at about twice its time; English words.', [
    hubFile('vision', 'Xenova/mobileclip_s2', 'main', 'onnx/vision_model.onnx', {
      bytes: 143_000_000,
      sha256: 'd28b92d7a3a6ba99bd000cce5c91678c0e279dc934c887a3785908a811872a6c',
    }),
    hubFile('text', 'Xenova/mobileclip_s2', 'main', 'onnx/text_model.onnx', {
      bytes: 254_000_000,
      sha256: 'ff82e945c6c652c51df687e10f102a8e43c87d37c9108ff692468be3732f3710',
    }),
    ...tokenizerFiles('Xenova/mobileclip_s2'),
  ]),
];

/** All of them, the built-in first. */
export const ENCODER_REGISTRY: readonly EncoderDefinition[] = DEFINITIONS.map((definition) =>
  encoderDefinition.parse(definition),
);

/** Id of the encoder that comes with the program. */
export const BUILTIN_ENCODER = 'builtin';

/** Ids of encoders that a deep teaching made of the built-in one begin with this. */
export const TUNED_PREFIX = 'tuned-';

/** Whether an encoder came of a deep teaching, in this library or another. */
export function isTuned(id: string): boolean {
  return id.startsWith(TUNED_PREFIX);
}

/** The definition with this id. ServiceError ENCODER_UNKNOWN, which lists those that there are. */
export function registeredEncoder(id: string): EncoderDefinition {
  const found = ENCODER_REGISTRY.find((definition) => definition.id === id);
  if (found !== undefined) return found;
  throw new ServiceError('ENCODER_UNKNOWN', `${id} (known: ${ENCODER_REGISTRY.map((known) => known.id).join(', ')})`);
}
