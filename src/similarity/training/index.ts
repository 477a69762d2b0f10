export type { TrainingOptions, TrainingProgress } from './fit-loop.ts';
export type { History } from './history.ts';
