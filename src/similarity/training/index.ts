export type { TrainingOptions, TrainingProgress } from './fit-loop.ts';
export type { History } from './history.ts';
export type { OptimizerName } from './optimizers.ts';
