import * as tfl from '@tensorflow/tfjs-layers';
import { checkCount } from '../checks.ts';
import { Prototypes } from './contrastive-model-prototypes.ts';

/** That of the papers' own programs. */
const BN_EPSILON = 1.001e-5;

type Activation = NonNullable<Parameters<typeof tfl.layers.activation>[0]>['activation'];

export interface GetProjectorOptions {
  /** Numbers of one feature. */
  readonly inputDim: number;
  /** Numbers of one projection, and of each layer before. Default 512. */
  readonly dim?: number;
  /** Dense layers, each with batch normalisation. Default 3. */
  readonly numLayers?: number;
  /** After each but the last. Default `relu`. */
  readonly activation?: Activation;
  /** Of the weights. Default 0. */
  readonly seed?: number;
}

/** A dense layer with the weights that LeCun proposes; `seed` and place give each its own. */
function dense(units: number, name: string, seed: number, useBias: boolean): tfl.layers.Layer {
  return tfl.layers.dense({ units, useBias, name, kernelInitializer: tfl.initializers.leCunUniform({ seed }) });
}

function sequentially(name: string, inputs: tfl.SymbolicTensor, layers: readonly tfl.layers.Layer[]): tfl.LayersModel {
  const outputs = layers.reduce((x, layer) => layer.apply(x) as tfl.SymbolicTensor, inputs);
  return tfl.model({ inputs, outputs, name });
}

function hidden(units: number, place: number, role: string, activation: Activation, seed: number): tfl.layers.Layer[] {
  return [
    dense(units, `${role}_layer_${place}`, seed, false),
    tfl.layers.batchNormalization({ epsilon: BN_EPSILON, name: `${role}_batch_normalization_${place}` }),
    tfl.layers.activation({ activation, name: `${role}_activation_${place}` }),
  ];
}

/**
 * The projector of the contrastive methods: dense layers with batch normalisation, the last without scale and offset.
 *
 * Input [examples, inputDim], output [examples, dim].
 *
 * @throws SimilarityError OUT_OF_RANGE or NOT_AN_INTEGER
 */
export function getProjector(options: GetProjectorOptions): tfl.LayersModel {
  const { inputDim, dim = 512, numLayers = 3, activation = 'relu', seed = 0 } = options;
  checkCount('inputDim', inputDim);
  checkCount('dim', dim);
  checkCount('numLayers', numLayers);
  const before = Array.from({ length: numLayers - 1 }, (_, place) =>
    hidden(dim, place, 'projector', activation, seed + place),
  );
  return sequentially('projector', tfl.input({ shape: [inputDim], name: 'projector_input' }), [
    ...before.flat(),
    dense(dim, 'projector_output', seed + numLayers, false),
    // Neither scale nor offset (SimSiam, section 3). TF.js cannot train the layer without them; these stay 1 and 0.
    tfl.layers.batchNormalization({
      epsilon: BN_EPSILON,
      trainable: false,
      name: 'projector_batch_normalization_output',
    }),
  ]);
}

export interface GetPredictorOptions {
  /** Numbers of one projection, and of one prediction. */
  readonly inputDim: number;
  /** Numbers of the layer between. Default 512. */
  readonly hiddenDim?: number;
  /** Default `relu`. */
  readonly activation?: Activation;
  /** Of the weights. Default 0. */
  readonly seed?: number;
}

/**
 * The predictor of SimSiam and BYOL: one hidden layer with batch normalisation.
 *
 * Input and output [examples, inputDim].
 *
 * @throws SimilarityError OUT_OF_RANGE or NOT_AN_INTEGER
 */
export function getPredictor(options: GetPredictorOptions): tfl.LayersModel {
  const { inputDim, hiddenDim = 512, activation = 'relu', seed = 0 } = options;
  checkCount('inputDim', inputDim);
  checkCount('hiddenDim', hiddenDim);
  return sequentially('predictor', tfl.input({ shape: [inputDim], name: 'predictor_input' }), [
    ...hidden(hiddenDim, 0, 'predictor', activation, seed),
    dense(inputDim, 'predictor_output', seed + 1, true),
  ]);
}

export interface GetPrototypesOptions {
  /** Numbers of one projection. */
  readonly inputDim: number;
  /** How many prototypes: several times the classes that there may be. Default 128. */
  readonly prototypes?: number;
  /** Of the weights. Default 0. */
  readonly seed?: number;
}

/**
 * The prototypes of SwAV.
 *
 * Input [examples, inputDim], output [examples, prototypes]: cosines.
 *
 * @throws SimilarityError OUT_OF_RANGE or NOT_AN_INTEGER
 */
export function getPrototypes({ inputDim, prototypes = 128, seed = 0 }: GetPrototypesOptions): tfl.LayersModel {
  checkCount('inputDim', inputDim);
  return sequentially('prototypes', tfl.input({ shape: [inputDim], name: 'prototypes_input' }), [
    new Prototypes({ units: prototypes, seed, name: 'prototypes_layer' }),
  ]);
}
