import type { createUMAPFromKNN, UMAP, UMAPFromKNNOptions } from 'embedding-atlas';

/**
 * UMAP of a neighbor graph (McInnes et al. 2018), as WebAssembly in embedding-atlas. That package is a viewer for pages; the one file that is used here stands
 * by itself and is not among its exports.
 *
 * @param neighbors of each point in turn, the nearest first
 * @param distances as `neighbors`
 */
export async function createUmap(
  points: number,
  neighbors: Int32Array,
  distances: Float32Array,
  options: UMAPFromKNNOptions,
): Promise<UMAP> {
  const file = new URL('umap.js', import.meta.resolve('embedding-atlas'));
  const { createUMAPFromKNN: create } = (await import(file.href)) as { createUMAPFromKNN: typeof createUMAPFromKNN };
  return create(points, 2, neighbors, distances, options);
}
