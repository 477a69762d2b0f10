import { setImmediate as letOthersRun } from 'node:timers/promises';
import { loadProjection } from '../../compute/projection.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { ModelConfusion, ModelNeighbors, ModelProjection } from '../../contract/teach-schemas.ts';
import { createRandom } from '../../similarity/random.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ActiveLibrary } from '../encoders/active-library.ts';
import type { ModelParts } from '../encoders/model-parts.ts';
import type { LibraryPaths } from '../library-folder.ts';
import { shownPicture } from '../pictures.ts';
import type { VectorNeighbor } from '../vectors/vector-index.ts';
import { answerOfWorker } from '../threads/answer-of-worker.ts';
import { withBaseVectors, type BaseVectors } from './base-vectors.ts';
import { answeredGroup, answersOf, confusionCells, rightShare } from './inspect-model.ts';
import { CANDIDATES } from './inspect-neighbors.ts';
import type { InspectAnswers, InspectTask } from './inspect-task.ts';
import type { LabelledGroup } from './labelled-groups.ts';
import type { AnsweredPicture, VersionDescriptions } from './model-description.ts';
import { groupsByPicture } from './split.ts';
import { workerUrl } from '../../compute/worker-url.ts';

interface InspectorParts {
  readonly paths: LibraryPaths;
  readonly catalog: Catalog;
  readonly active: ActiveLibrary;
  readonly descriptions: VersionDescriptions;
}

/** Labelled pictures that are compared with each other, 1,500² inner products; the same each time. */
const MOST_COMPARED = 1_500;
/** Points of a plane: labelled ones, and of all others. */
const MOST_LABELLED = 2_000;
const MOST_OTHERS = 1_000;
/** Newest pictures whose vectors by the base are made of their features, 0.2 ms each. */
const MOST_UNPROJECTED = 1_000;
/** Pictures between two looks at the event loop: 3 ms. */
const SLICE = 16;

/** Looks into versions: what they confuse, what they find, and how pictures lie by them. */
export class Inspector {
  readonly #parts: InspectorParts;

  constructor(parts: InspectorParts) {
    this.#parts = parts;
  }

  /**
   * Which groups are taken for which: by the pictures that were held out of the teaching where that is kept, else by each labelled
   * picture among the others as the groups are now.
   *
   * @throws ServiceError MODEL_UNKNOWN, MODEL_OF_OTHER_ENCODER
   */
  async confusion(id: string): Promise<ModelConfusion> {
    const row = this.#parts.catalog.models.get(id);
    const described = row?.removedAt === null ? this.#parts.descriptions.of(id) : null;
    // an adapted one was taught no group, and asked none
    if (described?.answered && described.groups.length > 0) {
      const names = described.groups.map(({ name }) => name);
      return this.#shownConfusion(names, described.answered, true);
    }
    const groups = this.#parts.catalog.labels.labelled();
    // with the encoder as it is, and by an adapting, nothing was taught
    const isUntaught = row === null || described?.groups.length === 0;
    const answered = await this.#answers(id, groups);
    const names = groups.map(({ name }) => name);
    return this.#shownConfusion(names, answered, isUntaught);
  }

  #answers(id: string, groups: readonly LabelledGroup[]): Promise<AnsweredPicture[]> {
    return this.#withVersion(id, async (parts, vectors, head) => {
      const labelled = groupsByPicture(groups);
      const ids = await this.#sampled(parts, [...labelled.keys()], MOST_COMPARED);
      const { rows, known } = await gather(ids, vectors, parts.base.dimensions);
      const groupsOf = known.map((picture) => labelled.get(picture) ?? []);
      const { dimensions, smoothing } = parts.base;
      const ceiling = smoothing?.ceiling ?? null;
      const answers = await inspect('confusion', { type: 'confusion', rows, dimensions, groupsOf, ceiling, head });
      return known.map((picture, i) => ({
        id: picture,
        groups: groupsOf[i] ?? [],
        before: answers.before[i] ?? [],
        after: answers.after[i] ?? [],
      }));
    });
  }

  async #shownConfusion(
    groups: string[],
    answered: readonly AnsweredPicture[],
    heldOut: boolean,
  ): Promise<ModelConfusion> {
    const [before, after] = [answersOf(answered, 'before'), answersOf(answered, 'after')];
    const shown = (picture: AnsweredPicture, when: 'before' | 'after'): number | null => {
      const answer = { groups: picture.groups, answered: picture[when] };
      return answeredGroup(answer, picture.groups[0] ?? 0);
    };
    const hashes = await this.#hashes(answered.map(({ id }) => id));
    return {
      groups,
      heldOut,
      before: confusionCells(before),
      after: confusionCells(after),
      right: { before: rightShare(before), after: rightShare(after) },
      pictures: answered.flatMap((picture) => {
        const { id, groups: own } = picture;
        const hash = hashes.get(id);
        if (hash === undefined) return [];
        return [{ id, hash, groups: own, before: shown(picture, 'before'), after: shown(picture, 'after') }];
      }),
    };
  }

  /** Content hashes of those pictures that are still known, in slices. */
  async #hashes(ids: readonly number[]): Promise<ReadonlyMap<number, string>> {
    const hashes = new Map<number, string>();
    for (const [i, id] of ids.entries()) {
      if (i % SLICE === 0) await letOthersRun();
      const media = this.#parts.catalog.media(id);
      if (media) hashes.set(id, media.hash);
    }
    return hashes;
  }

  /**
   * What the encoder as it is and a version find for a picture, ranked as a search does.
   *
   * @throws ServiceError MODEL_UNKNOWN, MODEL_OF_OTHER_ENCODER, PICTURE_UNKNOWN
   */
  neighbors(id: string, picture: number, k: number): Promise<ModelNeighbors> {
    return this.#withVersion(id, async (parts, vectors, head) => {
      const vector = vectors.vector(picture);
      if (!vector) throw new ServiceError('PICTURE_UNKNOWN', String(picture));
      const unprojected = vectors.unprojectedIds().toSorted((a, b) => b - a);
      const missing = await gather(unprojected.slice(0, MOST_UNPROJECTED), vectors, parts.base.dimensions);
      const found = await inspect('neighbors', {
        type: 'neighbors',
        features: this.#parts.paths.features,
        encoder: parts.encoder.id,
        base: parts.base.id,
        query: { id: picture, vector },
        others: { ids: missing.known, rows: missing.rows },
        ceiling: parts.base.smoothing?.ceiling ?? null,
        head,
        // some may be gone from the library
        k: CANDIDATES,
      });
      const { present } = parts.vectors;
      const shown = (neighbors: readonly VectorNeighbor[]) =>
        neighbors
          .filter((neighbor) => present.has(neighbor.id))
          .slice(0, k)
          .flatMap((neighbor) =>
            this.#shown(neighbor.id).map((one) => ({ ...one, score: Math.min(1, neighbor.score) })),
          );
      const [query] = this.#shown(picture);
      if (!query) throw new ServiceError('PICTURE_UNKNOWN', String(picture));
      return { query, before: shown(found.before), after: shown(found.after) };
    });
  }

  #shown(id: number): ModelNeighbors['query'][] {
    const picture = shownPicture(this.#parts.catalog, id);
    if (!picture) return [];
    const { labels } = this.#parts.catalog;
    const own = new Set(labels.labelsOfPicture(id).flatMap(({ group, belongs }) => (belongs ? [group] : [])));
    const groups = labels.groups().flatMap(({ id: group, name }) => (own.has(group) ? [name] : []));
    return [{ id, hash: picture.hash, path: picture.path, groups }];
  }

  /**
   * The labelled pictures and a sample of the others as points, before and after; the same each time.
   *
   * @throws ServiceError MODEL_UNKNOWN, MODEL_OF_OTHER_ENCODER
   */
  projection(id: string): Promise<ModelProjection> {
    return this.#withVersion(id, async (parts, vectors, head) => {
      const groups = this.#parts.catalog.labels.labelled();
      const labelled = groupsByPicture(groups);
      const others = [...parts.vectors.present].filter((picture) => !labelled.has(picture));
      const ids = [
        ...(await this.#sampled(parts, [...labelled.keys()], MOST_LABELLED)),
        ...(await this.#sampled(parts, others, MOST_OTHERS)),
      ];
      const { rows, known } = await gather(ids, vectors, parts.base.dimensions);
      const { before, after } = await inspect('plane', {
        type: 'plane',
        rows,
        dimensions: parts.base.dimensions,
        head,
      });
      const at = ({ coordinates }: typeof before, i: number) => ({
        x: coordinates[2 * i] ?? 0,
        y: coordinates[2 * i + 1] ?? 0,
      });
      const hashes = await this.#hashes(known);
      const points = known.flatMap((picture, i) => {
        const hash = hashes.get(picture);
        if (hash === undefined) return [];
        const own = labelled.get(picture) ?? [];
        return [{ id: picture, hash, groups: own, before: at(before, i), after: at(after, i) }];
      });
      const explained = { before: before.explained, after: after.explained };
      return { groups: groups.map(({ name }) => name), points, explained };
    });
  }

  async #sampled({ vectors }: ModelParts, ids: readonly number[], most: number): Promise<number[]> {
    await letOthersRun();
    const present = ids.filter((id) => vectors.present.has(id)).sort((a, b) => a - b);
    return createRandom(1).sample(present, Math.min(most, present.length));
  }

  /** @throws ServiceError MODEL_UNKNOWN, MODEL_OF_OTHER_ENCODER */
  #withVersion<Result>(
    id: string,
    work: (parts: ModelParts, vectors: BaseVectors, head: Uint8Array | null) => Promise<Result>,
  ): Promise<Result> {
    return this.#parts.active.use((parts) => {
      const head = this.#headOf(id, parts);
      return withBaseVectors(this.#parts.paths, parts, (vectors) => work(parts, vectors, head));
    });
  }

  #headOf(id: string, { base, encoder }: ModelParts): Uint8Array | null {
    if (id === base.id) return null;
    // of the built-in encoder, while a tuned one answers
    if (id === loadProjection().id) throw new ServiceError('MODEL_OF_OTHER_ENCODER', id);
    const row = this.#parts.catalog.models.get(id);
    if (!row || row.removedAt !== null) throw new ServiceError('MODEL_UNKNOWN', id);
    if (row.encoder !== encoder.id || row.base !== base.id) throw new ServiceError('MODEL_OF_OTHER_ENCODER', id);
    return row.head;
  }
}

/** The base's vectors of pictures, in slices; those that have none are left out. */
async function gather(
  ids: readonly number[],
  vectors: BaseVectors,
  dimensions: number,
): Promise<{ readonly known: number[]; readonly rows: Float32Array }> {
  const known: number[] = [];
  const rows = new Float32Array(ids.length * dimensions);
  for (const [i, id] of ids.entries()) {
    if (i % SLICE === 0) await letOthersRun();
    const vector = vectors.vector(id);
    if (!vector) continue;
    rows.set(vector, known.length * dimensions);
    known.push(id);
  }
  return { known, rows: rows.slice(0, known.length * dimensions) };
}

function inspect<Type extends InspectTask['type']>(_type: Type, task: InspectTask): Promise<InspectAnswers[Type]> {
  return answerOfWorker<InspectAnswers[Type]>(workerUrl('./inspect-worker', import.meta.url), task);
}
