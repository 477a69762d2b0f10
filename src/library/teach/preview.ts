import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { z } from 'zod';
import type { Projection } from '../../compute/projection.ts';
import type { HeadWeights } from '../../compute/training/head.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { similarQuery, SimilarResult } from '../../contract/schemas.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ActiveLibrary } from '../encoders/active-library.ts';
import type { ModelParts } from '../encoders/model-parts.ts';
import type { LibraryPaths } from '../library-folder.ts';
import { rankedSearch } from '../search/ranked-search.ts';
import { findSimilar } from '../search/similar.ts';
import type { VectorNeighbor } from '../vectors/vector-index.ts';
import { answerOfWorker } from '../threads/answer-of-worker.ts';
import { applyHead } from './apply-head.ts';
import { withBaseVectors, type BaseVectors } from './base-vectors.ts';
import { chooseSettings } from './choose-settings.ts';
import { teachableGroups } from './labelled-groups.ts';
import type { PreviewTask } from './preview-worker.ts';
import { searchedRows } from './searched-rows.ts';
import { workerUrl } from '../../compute/worker-url.ts';

interface PreviewParts {
  readonly paths: LibraryPaths;
  readonly catalog: Catalog;
  readonly active: ActiveLibrary;
}

/** Results that are ranked anew, 8 ms with their neighbors: what a teaching would bring from further away is not seen. */
const CANDIDATES = 150;

/** Pictures between two looks at the event loop: through the head and out of the database some 3 ms. */
const SLICE = 16;

/**
 * A search as a teaching would make it, before anything was taught: the closed-form head of the labels as they are now ranks anew what
 * the version that answers finds. It is made again when a label has changed, so that each label shows at once.
 */
export class TeachingPreview {
  readonly #parts: PreviewParts;
  #made: { readonly of: string; readonly head: Promise<HeadWeights> } | null = null;

  constructor(parts: PreviewParts) {
    this.#parts = parts;
  }

  /** @throws ServiceError TEACHING_IMPOSSIBLE where there is nothing to learn from; what a search throws */
  similar(query: z.output<typeof similarQuery>): Promise<SimilarResult> {
    return this.#parts.active.use((parts) =>
      withBaseVectors(this.#parts.paths, parts, async (vectors) => {
        const head = await this.#headOf(parts, vectors);
        const rank = (ids: readonly number[], vector: Float32Array): Promise<VectorNeighbor[]> =>
          rankByHead(head, ids, vector, vectors, parts.base);
        return await findSimilar(parts, query, { candidates: CANDIDATES, rank });
      }),
    );
  }

  #headOf(parts: ModelParts, vectors: BaseVectors): Promise<HeadWeights> {
    const of = `${parts.base.id} ${this.#parts.catalog.labels.revision}`;
    if (this.#made?.of === of) return this.#made.head;
    const head = this.#make(parts, vectors);
    const made = { of, head };
    this.#made = made;
    // what failed is tried again when it is asked for again
    head.catch(() => {
      if (this.#made === made) this.#made = null;
    });
    return head;
  }

  async #make(parts: ModelParts, vectors: BaseVectors): Promise<HeadWeights> {
    const { present } = parts.vectors;
    const teachable = teachableGroups(this.#parts.catalog.labels.labelled(), (id) => present.has(id));
    if (teachable.problem !== null) throw new ServiceError('TEACHING_IMPOSSIBLE', teachable.sentence);
    const { groups } = teachable;
    const labelled = groups.flatMap(({ members }, label) => members.map((id) => ({ id, label })));
    const { dimensions } = parts.base;
    const rows = new Float32Array(labelled.length * dimensions);
    for (const [i, { id }] of labelled.entries()) {
      if (i % SLICE === 0) await letOthersRun();
      rows.set(vectors.vector(id) ?? [], i * dimensions);
    }
    const labels = labelled.map(({ label }) => label);
    return await inWorker({ labelled: { rows, dimensions, labels }, settings: chooseSettings(groups).closedForm });
  }
}

function inWorker(task: PreviewTask): Promise<HeadWeights> {
  return answerOfWorker<HeadWeights>(workerUrl('./preview-worker', import.meta.url), task);
}

/** The candidates as a small library of their own, smoothed as the whole one is: without it, few labels found worse than none. */
async function rankByHead(
  head: HeadWeights,
  ids: readonly number[],
  query: Float32Array,
  vectors: BaseVectors,
  { dimensions, smoothing }: Projection,
): Promise<VectorNeighbor[]> {
  const outputs = head.kernel.length / dimensions;
  const known: number[] = [];
  const rows = new Float32Array(ids.length * outputs);
  for (const [i, id] of ids.entries()) {
    if (i % SLICE === 0) await letOthersRun();
    const vector = vectors.vector(id);
    if (!vector) continue;
    rows.set(applyHead(head, vector, dimensions), known.length * outputs);
    known.push(id);
  }
  await letOthersRun();
  const library = searchedRows(rows.subarray(0, known.length * outputs), outputs, smoothing?.ceiling ?? null);
  const vector = applyHead(head, query, dimensions);
  const asked = { vector, signature: null, without: new Set<number>(), k: known.length, exact: true };
  const { neighbors } = await rankedSearch(library, asked);
  return neighbors.map(({ id: row, score }) => ({ id: known[row] as number, score }));
}
