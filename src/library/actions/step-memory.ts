import type { PassedLabel } from '../catalog/label-store.ts';

/** What was not said of a picture before. */
export interface Passed {
  readonly labels: PassedLabel[];
  readonly clusters: number[];
  readonly decisions: number[];
}

/** What a step knows beside its files: what it changed in the catalog, so that undoing it can take that back, and what it depends on. */
export interface StepMemory {
  /** Numbers of further pictures, beside the one that it goes with. */
  readonly alsoOf?: readonly number[];
  /** What the kept picture got from the removed one. */
  readonly passed?: Passed;
  /** What moments of a kept video got from those of the removed one. */
  readonly moments?: readonly (Passed & { readonly to: number })[];
  /** What the sidecar said that is in the trash. */
  readonly sidecar?: string;
}

/** As JSON; null where that is nothing. */
export function packed(memory: StepMemory): string | null {
  return Object.keys(memory).length === 0 ? null : JSON.stringify(memory);
}

/** The catalog is written by this program alone: what it reads is what it wrote. */
export function unpacked(memory: string | null): StepMemory {
  return memory === null ? {} : (JSON.parse(memory) as StepMemory);
}
