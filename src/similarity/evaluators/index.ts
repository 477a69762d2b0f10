export type { CalibrationResults, CalibrationSettings, Cutpoint, Evaluator, ThresholdTable } from './evaluator.ts';
export { MemoryEvaluator } from './memory-evaluator.ts';
