export { WarmupCosineDecay, type Schedule, type WarmupCosineDecayOptions } from './warmup-cosine-decay.ts';
