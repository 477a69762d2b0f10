import { svelte } from '@sveltejs/vite-plugin-svelte';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

/**
 * Where WebAssembly comes and goes in several threads, V8's book of protected code pages can abort the process ("Check failed:
 * jit_page.has_value()", nodejs/node#64500). The service and the command line run without it, too.
 */
const NODE_FLAGS = ['--no-memory-protection-keys'];

/**
 * Workers, decode processes and the command line run from their sources: compiled once for all of them, a start takes 1.0 s of
 * the processor instead of 1.8 s. Node looks at each source before it takes what was compiled of it.
 */
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '.cache/compiled');

/** One more than there are cores: some files wait for the disk. */
const WORKERS = availableParallelism() + 1;

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          execArgv: NODE_FLAGS,
          include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['src/renderer/**'],
          environment: 'node',
          isolate: false,
          maxWorkers: WORKERS,
          // of a test that hangs, and not of one that waits for a busy computer
          testTimeout: 120_000,
        },
      },
      {
        // The window's state (`*.svelte.ts`) is compiled as for a page, so that its runes react, but runs without a DOM.
        plugins: [svelte({ configFile: false })],
        resolve: { conditions: ['browser'] },
        test: {
          name: 'renderer',
          include: ['src/renderer/**/*.test.ts'],
          environment: './test/environment/page-without-dom.ts',
          maxWorkers: WORKERS,
          server: { deps: { inline: [/svelte/] } },
        },
      },
      {
        test: {
          name: 'integration',
          execArgv: NODE_FLAGS,
          include: ['test/integration/**/*.test.ts'],
          environment: 'node',
          pool: 'forks',
          // Each file starts the whole service with its workers, and waits for files, drivers and other processes half of the time: two at
          // once used 62 % of two cores.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
