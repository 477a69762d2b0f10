import type { Schedule } from '../schedules/index.ts';
import type { Callback, TrainingHandle } from './callback.ts';

/** Sets the learning rate of each step, counted from the beginning of the training, by a schedule. */
export class LearningRateScheduler implements Callback<unknown> {
  readonly schedule: Schedule;

  constructor(schedule: Schedule) {
    this.schedule = schedule;
  }

  onBatchBegin(step: number, training: TrainingHandle<unknown>): void {
    training.learningRate = this.schedule.at(step);
  }
}
