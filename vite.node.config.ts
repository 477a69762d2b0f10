import { defineConfig } from 'vite';

/**
 * Builds everything that runs on plain Node: the command line, the library service and the workers. Dependencies stay
 * outside (several are native) but for those named below, and all chunks lie flat in out/node, because the workers are found beside the module that
 * starts them.
 */
const entries = {
  semblance: 'src/cli/semblance.ts',
  service: 'src/library/service-process.ts',
  'decode-worker': 'src/library/media/decode-worker.ts',
  'decode-guard': 'src/library/media/decode-guard.ts',
  'encode-worker': 'src/compute/encode-worker.ts',
  'probe-worker': 'src/compute/devices/probe-worker.ts',
  'training-worker': 'src/compute/training/training-worker.ts',
  'check-worker': 'src/library/catalog/check-worker.ts',
  'matching-worker': 'src/library/catalog/matching-worker.ts',
  'facets-worker': 'src/library/catalog/facets-worker.ts',
  'backup-worker': 'src/library/catalog/backup-worker.ts',
  'preview-worker': 'src/library/teach/preview-worker.ts',
  'inspect-worker': 'src/library/teach/inspect-worker.ts',
  'deep-worker': 'src/compute/training/deep/deep-worker.ts',
  'list-worker': 'src/library/neighbors/list-worker.ts',
  'version-index-worker': 'src/library/teach/version-index-worker.ts',
  'teach-worker': 'src/library/teach/teach-worker.ts',
  'scan-worker': 'src/library/indexing/scan-worker.ts',
  'survey-worker': 'src/library/indexing/survey-worker.ts',
  'watch-worker': 'src/library/watch/watch-worker.ts',
  'community-worker': 'src/library/explore/clusters/community-worker.ts',
  'coloring-worker': 'src/library/explore/map/coloring-worker.ts',
  'map-worker': 'src/library/explore/map/map-worker.ts',
  'comparing-worker': 'src/library/explore/duplicates/comparing-worker.ts',
  'dated-worker': 'src/library/explore/events-and-places/dated-worker.ts',
  'duplicate-worker': 'src/library/explore/duplicates/duplicate-worker.ts',
  'comparison-worker': 'src/library/explore/comparing/comparison-worker.ts',
  'adapt-worker': 'src/library/teach/adapt/adapt-worker.ts',
};

export default defineConfig({
  // Nothing of resources/ is copied: the programs read it where it is.
  publicDir: false,
  // read at each start of the service, of which these had 110 small files; nothing of them is native, and what is not used is left out
  ssr: { noExternal: [/^@orpc\//, 'zod', 'radash'] },
  build: {
    ssr: true,
    target: 'node24',
    outDir: 'out/node',
    emptyOutDir: true,
    sourcemap: true,
    minify: false,
    reportCompressedSize: false,
    rolldownOptions: {
      input: entries,
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
});
