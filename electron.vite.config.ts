import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';

/**
 * Builds the Electron side. The targets are those of Electron 33 (Node 20.18, Chromium 130), the oldest runtime that the
 * code must run on: see docs/dependencies.md.
 */
const OLDEST_NODE = 'node20.18';
const OLDEST_CHROMIUM = 'chrome130';

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      target: OLDEST_NODE,
      sourcemap: true,
      rolldownOptions: { input: { index: 'src/main/index.ts' } },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      target: OLDEST_NODE,
      // A sandboxed preload script can require nothing but electron itself, and must be CommonJS.
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: 'src/preload/index.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [svelte({ configFile: false })],
    build: {
      outDir: 'out/renderer',
      target: OLDEST_CHROMIUM,
      minify: true,
      // Assets stay files: a strict content security policy has no data: addresses for scripts and fonts.
      assetsInlineLimit: 0,
      // How long each plugin took says nothing of the program.
      rolldownOptions: { input: { index: 'src/renderer/index.html' }, checks: { bundlerTimings: false } },
    },
  },
});
