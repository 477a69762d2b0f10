import { createRouterClient } from '@orpc/server';
import { basename, dirname, join } from 'node:path';
import type { ServiceClient } from '../../contract/contract.ts';
import type { PictureClusters } from '../../contract/explore-schemas.ts';
import { builtinModel } from '../../compute/encoder.ts';
import { loadProjection } from '../../compute/projection.ts';
import { FeatureStore } from '../../library/catalog/feature-store.ts';
import { libraryPaths } from '../../library/library-folder.ts';
import { openService } from '../../library/service.ts';
import type { Output } from '../output.ts';
import { runIndexing } from '../session.ts';
import { averageLinkage } from './average-linkage.ts';
import { adjustedRandIndex, normalizedMutualInformation } from './cluster-agreement.ts';
import { benchAdded, benchDuplicates, benchLooking } from './duplicate-bench.ts';
import { makeLibrary } from './generated-library.ts';
import { benchMap } from './map-bench.ts';
import { benchDated } from './dated-bench.ts';
import { benchMapFrames } from './map-frames-bench.ts';
import type { Report } from './measurement.ts';

/** Planted pictures, and of how many kinds. */
const PICTURES = 100_000;
const KINDS = 40;

/** The bars: seconds from the index, agreement with folders at the default, and how far below the best it may be. */
const CLUSTERS_S = 60;
const AGREEMENT = 0.45;

/** Steps of the slider, and numbers of clusters of the reference. */
const STEPS = [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1];
const COUNTS = [20, 16, 12, 10, 8, 6, 5, 4, 3];

/**
 * Clusters: how many of planted kinds are found in a large library and in what time, and with photos in folders how clusters agree with
 * the folders, beside every step of the slider and beside average linkage on the same vectors.
 *
 * @param folder to work in
 * @param photos whose sub-folders are classes; null for the planted ones alone
 */
export async function benchExplore(
  folder: string,
  photos: string | null,
  size: number | undefined,
  report: Report,
  output: Output,
): Promise<void> {
  if (photos !== null) {
    await agreement(folder, photos, report, output);
    await benchDuplicates(folder, photos, report, output);
  }
  await planted(folder, size ?? PICTURES, report, output);
  await benchMap(
    { libraryFolder: join(folder, 'planted-library'), size: size ?? PICTURES, kinds: KINDS },
    report,
    output,
  );
  await benchDated(folder, { size: size ?? PICTURES, kinds: KINDS }, report, output);
  await benchMapFrames(report, output);
}

async function agreement(folder: string, photos: string, report: Report, output: Output): Promise<void> {
  const libraryFolder = join(folder, 'photos-library');
  const service = await openService({ libraryFolder });
  const client = createRouterClient(service.router);
  await runIndexing({ client }, [photos], output, () => undefined);
  await service.settled();
  const classes = new Map<string, number>();
  const truth = new Map<number, number>();
  const measured = new Map<number, { ari: number; nmi: number }>();
  for (const granularity of STEPS) {
    const found = await client.explore.clusters({ granularity });
    const labels = new Map<number, number>();
    for (const [label, { key }] of found.clusters.entries()) {
      for (const id of await picturesOf(client, found, key)) labels.set(id, label);
    }
    for (const id of labels.keys()) {
      if (truth.has(id)) continue;
      const name = basename(dirname((await client.pictures.get({ id })).path));
      truth.set(id, classes.get(name) ?? classes.set(name, classes.size).size - 1);
    }
    measured.set(granularity, agreementOf(truth, labels));
  }
  await benchLooking(client, 'photos, hardly any of them copies', report);
  await service.close();
  const references = referencesOf(libraryFolder, truth);
  for (const [metric, name] of [
    ['ari', 'adjusted Rand index'],
    ['nmi', 'normalized mutual information'],
  ] as const) {
    const value = measured.get(0.5)?.[metric] ?? Number.NaN;
    const best = Math.max(...[...measured.values()].map((one) => one[metric]));
    const linkage = Math.max(...references.map((one) => one[metric]));
    const bench = 'explore';
    const unit = '';
    report({
      bench,
      metric: `clusters and folders, ${name}`,
      value,
      unit,
      ...against(value, metric === 'ari' ? AGREEMENT : best),
    });
    report({ bench, metric: 'the same, beside the best step of the slider', value, unit, ...against(value, best) });
    report({ bench, metric: 'the same, beside average linkage at its best', value, unit, ...against(value, linkage) });
  }
}

function against(value: number, reference: number): { reference: number; ratio: number } {
  return { reference, ratio: value / reference };
}

function agreementOf(
  truth: ReadonlyMap<number, number>,
  labels: ReadonlyMap<number, number>,
): { ari: number; nmi: number } {
  const ids = [...truth.keys()];
  const [a, b] = [ids.map((id) => truth.get(id) ?? 0), ids.map((id) => labels.get(id) ?? -1)];
  return { ari: adjustedRandIndex(a, b), nmi: normalizedMutualInformation(a, b) };
}

function referencesOf(libraryFolder: string, truth: ReadonlyMap<number, number>): { ari: number; nmi: number }[] {
  const store = new FeatureStore(libraryPaths(libraryFolder).features, builtinModel().id, loadProjection().id, true);
  const rows = [...store.vectors()].flat().filter(({ mediaId }) => truth.has(mediaId));
  store.close();
  const linked = averageLinkage(
    rows.map(({ vector }) => Float32Array.from(vector)),
    COUNTS,
  );
  return [...linked.values()].map((labels) =>
    agreementOf(truth, new Map(rows.map(({ mediaId }, i) => [mediaId, labels[i] ?? 0]))),
  );
}

function picturesOf(client: ServiceClient, { granularity, version }: PictureClusters, key: string): Promise<number[]> {
  return client.explore.pictures({ granularity, version, key });
}

async function planted(folder: string, size: number, report: Report, output: Output): Promise<void> {
  const libraryFolder = join(folder, 'planted-library');
  const n = size.toLocaleString('en');
  output.notice(`Making a library of ${n} pictures of ${KINDS} kinds.`);
  await makeLibrary(libraryFolder, size, KINDS, { drawn: true });
  const service = await openService({ libraryFolder });
  try {
    output.notice('Building its index and its neighbor graph.');
    await service.settled();
    const client = createRouterClient(service.router);
    const begun = performance.now();
    const found = await client.explore.clusters({ granularity: 0.5 });
    const seconds = (performance.now() - begun) / 1000;
    const clusters = found.clusters.filter(({ key }) => key !== 'alone').length;
    const bench = 'explore';
    report({
      bench,
      metric: `clusters of ${KINDS} planted kinds in ${n}`,
      value: clusters,
      unit: '',
      ...against(clusters, KINDS),
    });
    report({
      bench,
      metric: `${n} pictures into clusters, from the index, of ${CLUSTERS_S} s`,
      value: seconds,
      unit: 's',
      ...against(seconds, CLUSTERS_S),
    });
    const again = performance.now();
    await client.explore.clusters({ granularity: 0.625 });
    const step = (performance.now() - again) / 1000;
    report({ bench, metric: 'another step of the slider', value: step, unit: 's', reference: null, ratio: null });
    await benchLooking(client, 'drawn pictures', report);
  } finally {
    await service.close();
  }
  await benchAdded(libraryFolder, size, KINDS, report);
}
