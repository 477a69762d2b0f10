export type { Callback, Logs, TrainingHandle } from './callback.ts';
export { EarlyStopping, type EarlyStoppingOptions, type Restorable } from './early-stopping.ts';
export { EvalCallback, type Embedder, type EvalCallbackOptions } from './eval-callback.ts';
export { LearningRateScheduler } from './learning-rate-scheduler.ts';
export { SplitValidationLoss, type Evaluable, type SplitValidationLossOptions } from './split-validation-loss.ts';
export { splitValidation } from './split-validation.ts';
