import { defineConfig } from '@playwright/test';

/** Files with tests that take half a minute. They begin first: one that begins among the last runs on with nothing beside it. */
const LONG = /\/(?:deep|device-swap|teaching|map|accessibility|encoders|duplicates)\.test\.ts$/;

export default defineConfig({
  testDir: 'test/e2e',
  projects: [
    { name: 'long', testMatch: LONG },
    { name: 'others', testMatch: '**/*.test.ts', testIgnore: LONG },
  ],
  outputDir: 'test-results/e2e',
  // Each test has a library, a window and a service of its own, and waits half of the time: two at once used 53 % of two cores. Tests of one
  // file run side by side, too: the longest file took as long as several others, with nothing beside its end.
  workers: 3,
  fullyParallel: true,
  retries: 0,
  // Generous, because two cores carry the window, its service and everything else: a wait ends as soon as it can.
  timeout: 120_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  reporter: [['list'], ['json', { outputFile: 'test-results/e2e.json' }]],
});
