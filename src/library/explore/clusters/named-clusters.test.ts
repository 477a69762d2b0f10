import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairOf, withNames, type FoundCommunities, type NamedCluster } from './named-clusters.ts';

/** Pictures 1, 2, … in communities; each one's neighbors are the others of its community. */
function found(communities: readonly number[]): FoundCommunities {
  const k = Math.max(1, communities.length - 1);
  const places = new Int32Array(communities.length * k).fill(-1);
  const scores = new Float32Array(places.length);
  for (const [place, community] of communities.entries()) {
    const others = communities.flatMap((other, j) => (other === community && j !== place ? [j] : []));
    for (const [n, other] of others.entries()) {
      places[place * k + n] = other;
      scores[place * k + n] = 0.5;
    }
  }
  const ids = Uint32Array.from(communities, (_, place) => place + 1);
  return { ids, table: { k, places, scores }, communities: Uint32Array.from(communities) };
}

function cluster(id: number, members: readonly number[], rest: Partial<NamedCluster> = {}): NamedCluster {
  const until = Math.max(0, ...members);
  const said = {
    granularity: 0.5,
    knownUntil: until,
    keptAt: 0,
    members: new Set(members),
    refused: new Set<number>(),
  };
  return { id, name: `Cluster ${id}`, ...said, ...rest };
}

function shown(
  communities: readonly number[],
  named: readonly NamedCluster[],
  granularity = 0.5,
  apart: string[] = [],
) {
  const { clusters, questions } = withNames(found(communities), named, new Set(apart), granularity);
  return {
    clusters: clusters.map(({ named: of, places }) => ({ of, ids: places.map((place) => place + 1) })),
    questions,
  };
}

describe('names laid over what was found', () => {
  it('leave what has none as it was found, the largest first', () => {
    const { clusters } = shown([1, 0, 0], []);
    expect(clusters).toEqual([
      { of: null, ids: [2, 3] },
      { of: null, ids: [1] },
    ]);
  });

  it('take in pictures that came later, where it makes most of what was there', () => {
    const { clusters } = shown([0, 0, 0, 1, 0], [cluster(1, [1, 2], { knownUntil: 4 })]);
    expect(clusters[0]).toEqual({ of: 0, ids: [1, 2, 5] });
  });

  it('take in neither what was there before nor what was refused', () => {
    const { clusters } = shown([0, 0, 0, 0, 0], [cluster(1, [1, 2], { knownUntil: 3, refused: new Set([4]) })]);
    expect(clusters[0]).toEqual({ of: 0, ids: [1, 2, 5] });
  });

  it('give a new picture between two names to the one that most of its neighbors are of', () => {
    const { clusters } = shown(
      [0, 0, 0, 0, 0, 0],
      [cluster(1, [1, 2], { knownUntil: 5 }), cluster(2, [3, 4, 5], { knownUntil: 5 })],
    );
    expect(clusters.slice(0, 2).map(({ ids }) => ids)).toEqual([
      [1, 2],
      [3, 4, 5, 6],
    ]);
  });

  it('ask where a named cluster lies in two, and do not where a person said that it stays one', () => {
    const halves = [0, 0, 1, 1];
    expect(shown(halves, [cluster(1, [1, 2, 3, 4])]).questions).toEqual([
      {
        type: 'split',
        cluster: 0,
        parts: [
          [0, 1],
          [2, 3],
        ],
      },
    ]);
    expect(shown(halves, [cluster(1, [1, 2, 3, 4], { keptAt: 4 })]).questions).toEqual([]);
    expect(shown(halves, [cluster(1, [1, 2, 3, 4])], 0.625).questions).toEqual([]);
  });

  it('ask where two lie in one, and do not where a person said that they are apart', () => {
    const two = [cluster(4, [1, 2]), cluster(9, [3, 4])];
    expect(shown([0, 0, 0, 0], two).questions).toEqual([{ type: 'merge', cluster: 0, other: 1 }]);
    expect(shown([0, 0, 0, 0], two, 0.5, [pairOf(9, 4)]).questions).toEqual([]);
  });

  it('keep every picture in one place, and members with their names, whatever is found', () => {
    const library = fc.integer({ min: 1, max: 40 }).chain((size) =>
      fc.record({
        communities: fc.array(fc.nat(6), { minLength: size, maxLength: size }),
        owners: fc.array(fc.nat(3), { minLength: size, maxLength: size }),
        knownUntil: fc.nat(size),
      }),
    );
    fc.assert(
      fc.property(library, ({ communities, owners, knownUntil }) => {
        const named = [0, 1, 2].map((owner) => {
          const members = owners.flatMap((own, place) => (own === owner ? [place + 1] : []));
          return cluster(owner + 1, members, { knownUntil });
        });
        const { clusters } = shown(communities, named);
        const all = clusters.flatMap(({ ids }) => ids).sort((a, b) => a - b);
        expect(all).toEqual(communities.map((_, place) => place + 1));
        for (const [index, { members }] of named.entries()) {
          const ids = clusters.find(({ of }) => of === index)?.ids ?? [];
          expect(ids).toEqual(expect.arrayContaining([...members]));
          // what was there and was not said to belong does not come in
          for (const id of ids) expect(members.has(id) || id > knownUntil).toBe(true);
        }
      }),
    );
  });
});
