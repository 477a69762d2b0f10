import { createRandom } from '../../similarity/random.ts';
import { normalize } from '../vectors/vector-index.ts';
import type { LabelledGroup } from './labelled-groups.ts';

/** Pictures of some kinds, as vectors: what the kinds differ in is weak, and what all vary in is strong. */
export interface ClusteredPictures {
  readonly vectors: ReadonlyMap<number, Float32Array>;
  readonly kinds: ReadonlyMap<number, number>;
}

/** Ids from 1, dealt out to the kinds in turn. @param spread how far pictures of a kind lie apart */
export function clusteredPictures(
  kinds: number,
  each: number,
  dimensions: number,
  seed = 1,
  spread = 1.5,
): ClusteredPictures {
  const random = createRandom(seed);
  const noise = (): number => random.between(-1, 1);
  const centres = Array.from({ length: kinds }, () => Float32Array.from({ length: dimensions }, noise));
  const vectors = new Map<number, Float32Array>();
  const kindOf = new Map<number, number>();
  for (let i = 0; i < kinds * each; i++) {
    const kind = i % kinds;
    // a quarter of the dimensions vary five times as much as the others, and say nothing of the kind
    const row = Float32Array.from({ length: dimensions }, (_, d) =>
      d % 4 === 0 ? 5 * noise() : (centres[kind]?.[d] ?? 0) + spread * noise(),
    );
    vectors.set(i + 1, normalize(row));
    kindOf.set(i + 1, kind);
  }
  return { vectors, kinds: kindOf };
}

/** The first `each` pictures of each kind as a group. */
export function groupsOf({ kinds }: ClusteredPictures, each: number): LabelledGroup[] {
  const byKind = Map.groupBy(kinds.keys(), (id) => kinds.get(id) ?? 0);
  return [...byKind].map(([kind, ids]) => ({
    id: kind + 1,
    name: `Kind ${kind + 1}`,
    members: ids.slice(0, each),
    refused: [],
  }));
}
