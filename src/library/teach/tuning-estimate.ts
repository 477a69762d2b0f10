import type { TrainDevice } from '../../compute/devices/device.ts';
import { listDevices } from '../../compute/devices/list-devices.ts';
import type { DeepEstimate, DeepTask } from '../../compute/training/deep/deep-task.ts';
import { measureDeepTeach } from '../../compute/training/deep/deep-teacher.ts';
import { DeviceLostError } from '../../compute/training/asked-worker.ts';
import type { ModelParts } from '../encoders/model-parts.ts';
import type { TeachTask } from './teach-task.ts';
import { tuningTask, untunedFile } from './tune-encoder.ts';

interface Measured {
  readonly device: TrainDevice;
  readonly estimate: DeepEstimate;
}

/** How long a tuning takes on this computer, and on what: measured by some steps, once for each number of blocks. */
export class TuningEstimates {
  readonly #find: () => Promise<readonly TrainDevice[]>;
  readonly #measured = new Map<string, Promise<Measured>>();
  #devices: Promise<readonly TrainDevice[]> | null = null;

  /** @param list what can train; this computer's where not given */
  constructor(list = async (): Promise<readonly TrainDevice[]> => (await listDevices()).training) {
    this.#find = list;
  }

  /**
   * @param model the encoder in use
   * @param groups that would be taught
   * @returns seconds of the tuning, with the decoding left out, and the device that is fastest
   * @throws ServiceError TEACHING_IMPOSSIBLE where the encoder cannot be tuned; Error where nothing trains here
   */
  async of(
    model: ModelParts,
    blocks: number,
    task: Pick<TeachTask, 'groups' | 'choices'>,
  ): Promise<{ readonly device: TrainDevice; readonly seconds: number }> {
    const { dimensions } = model.base;
    const encoder = await untunedFile(model.definition);
    const head = { kernel: new Float32Array(dimensions * dimensions), bias: null };
    const deep = tuningTask(encoder, model.encoder.inputSide, blocks, { ...task, dimensions }, head);
    const { device, estimate } = await this.#fastest(deep);
    const pictures = new Set(task.groups.flatMap(({ members }) => members)).size;
    const seconds = pictures * deep.views * estimate.secondsPerView + deep.steps * estimate.secondsPerStep;
    return { device, seconds };
  }

  /**
   * Does something on the device that is fastest, and on the next where that one is lost.
   *
   * @throws as {@link of}, and what `work` throws
   */
  async onFastest<Result>(
    model: ModelParts,
    blocks: number,
    task: Pick<TeachTask, 'groups' | 'choices'>,
    work: (device: TrainDevice) => Promise<Result>,
  ): Promise<Result> {
    for (;;) {
      const device = await this.#device(model, blocks, task);
      try {
        return await work(device);
      } catch (error) {
        const others = (await this.#list()).filter(({ id }) => id !== device.id);
        if (!(error instanceof DeviceLostError) || others.length === 0) throw error;
        // not tried again before the next start
        this.#devices = Promise.resolve(others);
        this.#measured.clear();
      }
    }
  }

  /** Measured where there are several. */
  async #device(model: ModelParts, blocks: number, task: Pick<TeachTask, 'groups' | 'choices'>): Promise<TrainDevice> {
    const [device, ...others] = await this.#list();
    return device && others.length === 0 ? device : (await this.of(model, blocks, task)).device;
  }

  #list(): Promise<readonly TrainDevice[]> {
    return (this.#devices ??= this.#find());
  }

  #fastest(deep: DeepTask): Promise<Measured> {
    const key = `${deep.blocks} ${deep.classesPerBatch} ${deep.examplesPerClassPerBatch}`;
    const known = this.#measured.get(key) ?? this.#measure(deep);
    this.#measured.set(key, known);
    // what failed may do the next time
    known.catch(() => this.#measured.delete(key));
    return known;
  }

  async #measure(deep: DeepTask): Promise<Measured> {
    const devices = await this.#list();
    let best: Measured | null = null;
    let problem: unknown = new Error('nothing trains on this computer');
    for (const device of devices) {
      try {
        const estimate = await measureDeepTeach(deep, { device });
        if (best === null || estimate.secondsPerStep < best.estimate.secondsPerStep) best = { device, estimate };
      } catch (error) {
        // a device that does not is not used
        problem = error;
      }
    }
    if (best === null) throw problem;
    return best;
  }
}
