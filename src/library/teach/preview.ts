import { once } from 'node:events';
import { setImmediate as letOthersRun } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { z } from 'zod';
import type { HeadWeights } from '../../compute/training/head.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { similarQuery, SimilarResult } from '../../contract/schemas.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ActiveLibrary } from '../encoders/active-library.ts';
import type { ModelParts } from '../encoders/model-parts.ts';
import type { LibraryPaths } from '../library-folder.ts';
import { findSimilar } from '../search/similar.ts';
import { dot, type VectorNeighbor } from '../vectors/vector-index.ts';
import { applyHead } from './apply-head.ts';
import { withBaseVectors, type BaseVectors } from './base-vectors.ts';
import { chooseSettings } from './choose-settings.ts';
import { teachableGroups } from './labelled-groups.ts';
import type { PreviewTask } from './preview-worker.ts';

interface PreviewParts {
  readonly paths: LibraryPaths;
  readonly catalog: Catalog;
  readonly active: ActiveLibrary;
}

/** Results that are ranked anew: what a teaching would bring from further away is not seen. */
const CANDIDATES = 200;

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
          rankByHead(head, ids, vector, vectors);
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

async function inWorker(task: PreviewTask): Promise<HeadWeights> {
  const file = import.meta.url.endsWith('.ts') ? './preview-worker.ts' : './preview-worker.js';
  const worker = new Worker(new URL(file, import.meta.url), { workerData: task });
  try {
    // an 'error' event of the worker rejects it
    const [head] = (await once(worker, 'message')) as [HeadWeights];
    return head;
  } catch (cause) {
    throw ServiceError.from(cause);
  } finally {
    await worker.terminate();
  }
}

async function rankByHead(
  head: HeadWeights,
  ids: readonly number[],
  query: Float32Array,
  vectors: BaseVectors,
): Promise<VectorNeighbor[]> {
  const asking = applyHead(head, query, query.length);
  const ranked: VectorNeighbor[] = [];
  for (const [i, id] of ids.entries()) {
    if (i % SLICE === 0) await letOthersRun();
    const vector = vectors.vector(id);
    if (vector) ranked.push({ id, score: dot(asking, applyHead(head, vector, vector.length)) });
  }
  return ranked.sort((a, b) => b.score - a.score || a.id - b.id);
}
