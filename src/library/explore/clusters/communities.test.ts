import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../similarity/random.ts';
import { communityFinder } from './communities.ts';
import { nearestStep, resolutionOf } from './granularity.ts';
import { sharedNeighborGraph } from '../shared-neighbors.ts';

/** Pictures of planted kinds, each with eight neighbors: of its own kind, but for one of the eight now and then. */
function planted(kinds: number, each: number) {
  const random = createRandom(3);
  const all = Array.from({ length: kinds * each }, (_, place) => place);
  const kindOf = (place: number): number => Math.floor(place / each);
  const k = 8;
  const lists = all.map((place) => {
    const own = random.sample(all.slice(kindOf(place) * each, (kindOf(place) + 1) * each), k + 1);
    const [stranger = 0] = random.sample(all, 1);
    const others = own.filter((other) => other !== place && other !== stranger).slice(0, k);
    return random.next() < 0.5 && stranger !== place ? [...others.slice(1), stranger] : others;
  });
  const places = new Int32Array(all.length * k).fill(-1);
  for (const [place, list] of lists.entries()) places.set(list.slice(0, k), place * k);
  return { table: { k, places, scores: new Float32Array(places.length).fill(0.5) }, kindOf };
}

describe('communities', () => {
  it('are the kinds that were planted, the largest first, and the same each time', () => {
    const { table, kindOf } = planted(12, 40);
    const communities = communityFinder(sharedNeighborGraph(table))(resolutionOf(0.5));
    const kinds = new Map<number, Set<number>>();
    for (const [place, community] of communities.entries()) {
      kinds.set(community, (kinds.get(community) ?? new Set()).add(kindOf(place)));
    }
    expect([...kinds.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    for (const of of kinds.values()) expect(of.size).toBe(1);
    expect(communityFinder(sharedNeighborGraph(table))(resolutionOf(0.5))).toEqual(communities);
  });

  it('become more as the slider goes up', () => {
    // a ring can be cut anywhere
    const steps = [1, -1, 2, -2, 3, -3, 4, -4];
    const places = Int32Array.from(
      { length: 8 * 300 },
      (_, i) => (Math.floor(i / 8) + 300 + (steps[i % 8] ?? 0)) % 300,
    );
    const find = communityFinder(sharedNeighborGraph({ k: 8, places, scores: new Float32Array(places.length) }));
    const counts = [0, 0.5, 1].map((granularity) => Math.max(...find(resolutionOf(granularity))) + 1);
    expect(counts[0]).toBeLessThan(counts[1] ?? 0);
    expect(counts[1]).toBeLessThan(counts[2] ?? 0);
  });

  it('are no fragments of one or two where there are others that they are like', () => {
    const { table, kindOf } = planted(6, 12);
    const communities = communityFinder(sharedNeighborGraph(table))(100);
    const sizes = new Map<number, number>();
    for (const community of communities) sizes.set(community, (sizes.get(community) ?? 0) + 1);
    expect(Math.min(...sizes.values())).toBeGreaterThanOrEqual(3);
    expect(sizes.size).toBeGreaterThan(6);
    // most of each is of one kind: they were not joined by chance
    const kinds = new Set([...communities.entries()].map(([place, community]) => `${community} ${kindOf(place)}`));
    expect(kinds.size).toBeLessThan(1.5 * sizes.size);
  });

  it('are each picture by itself where nothing is joined', () => {
    const table = { k: 1, places: new Int32Array(3).fill(-1), scores: new Float32Array(3) };
    expect([...communityFinder(sharedNeighborGraph(table))(1)]).toEqual([0, 1, 2]);
  });

  it('are worked out at steps of the slider, the middle among them', () => {
    expect([0, 0.04, 0.07, 0.5, 0.99].map(nearestStep)).toEqual([0, 0, 0.125, 0.5, 1]);
  });
});
