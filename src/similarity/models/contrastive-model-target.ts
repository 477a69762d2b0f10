import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { trainableVariables } from '../training/layers-model.ts';

/** What makes projections of examples. */
export interface ProjectingNetwork {
  readonly backbone: tfl.LayersModel;
  readonly projector: tfl.LayersModel;
}

async function copyOf(model: tfl.LayersModel): Promise<tfl.LayersModel> {
  const config = { modelTopology: model.toJSON(undefined, false) } as tfl.ModelAndWeightsConfig;
  const copy = await tfl.models.modelFromJSON(config);
  copy.setWeights(model.getWeights());
  return copy;
}

function variablesOf({ backbone, projector }: ProjectingNetwork): tf.Variable[] {
  return [...trainableVariables(backbone), ...trainableVariables(projector)];
}

/** BYOL's target network: a copy of backbone and projector that follows the trained ones as a moving average. */
export class TargetNetwork implements ProjectingNetwork {
  readonly backbone: tfl.LayersModel;
  readonly projector: tfl.LayersModel;

  constructor({ backbone, projector }: ProjectingNetwork) {
    this.backbone = backbone;
    this.projector = projector;
  }

  /** A target that is where the trained network is. */
  static async following({ backbone, projector }: ProjectingNetwork): Promise<TargetNetwork> {
    return new TargetNetwork({ backbone: await copyOf(backbone), projector: await copyOf(projector) });
  }

  /**
   * @param view [n, …]
   * @param training true: batch normalisation by the batch, as in the trained network
   * @returns [n, dimensions]; to be called outside of a tape
   */
  project(view: tf.Tensor, training: boolean): tf.Tensor2D {
    return tf.tidy(() => {
      const features = this.backbone.apply(view, { training }) as tf.Tensor;
      return this.projector.apply(features, { training }) as tf.Tensor2D;
    });
  }

  /** Goes from where the target is to where the trained network is: not at all for a decay of 1, all the way for 0. */
  follow(online: ProjectingNetwork, decay: number): void {
    const trained = variablesOf(online);
    tf.tidy(() => {
      for (const [i, variable] of variablesOf(this).entries()) {
        variable.assign(tf.add(tf.mul(variable, decay), tf.mul(trained[i] as tf.Variable, 1 - decay)));
      }
    });
  }

  dispose(): void {
    this.backbone.dispose();
    this.projector.dispose();
  }
}

/**
 * BYOL's schedule: from `base` along half a cosine to 1, where the target stands still.
 *
 * @param progress 0 in the first step, 1 after the last
 */
export function targetDecay(base: number, progress: number): number {
  return 1 - ((1 - base) * (Math.cos(Math.PI * progress) + 1)) / 2;
}
