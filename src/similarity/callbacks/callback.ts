/** What is known after a step or an epoch: `loss`, each metric by name, `val_…` where there is validation, `learningRate`. */
export type Logs = Readonly<Record<string, number>>;

/** What a callback may do with the training that it watches. `Model` is the model being trained. */
export interface TrainingHandle<Model> {
  readonly model: Model;
  /** The optimizer's, where it has one; setting it takes effect with the next step. */
  learningRate: number;
  /** Ends the training after the current step. */
  stop(): void;
}

/** Watches a training. Each may be asynchronous; the training waits for it. What it adds to `logs` goes into the history. */
export interface Callback<Model> {
  onTrainBegin?(training: TrainingHandle<Model>): void | Promise<void>;
  onEpochBegin?(epoch: number, training: TrainingHandle<Model>): void | Promise<void>;
  /** @param step counted over the whole training, from 0 */
  onBatchBegin?(step: number, training: TrainingHandle<Model>): void | Promise<void>;
  onBatchEnd?(step: number, logs: Logs, training: TrainingHandle<Model>): void | Promise<void>;
  /** @returns what else is to go into the history of this epoch, and to later callbacks */
  onEpochEnd?(
    epoch: number,
    logs: Logs,
    training: TrainingHandle<Model>,
  ): Logs | undefined | Promise<Logs | undefined> | Promise<void>;
  onTrainEnd?(training: TrainingHandle<Model>): void | Promise<void>;
}
