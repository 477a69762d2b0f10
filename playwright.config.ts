import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '**/*.test.ts',
  outputDir: 'test-results/e2e',
  // Each test has a library, a window and a service of its own, and waits half of the time. Tests of one file run side by side, too: the
  // longest file took as long as several others, with nothing beside its end.
  workers: 2,
  fullyParallel: true,
  retries: 0,
  // Generous, because two cores carry the window, its service and everything else: a wait ends as soon as it can.
  timeout: 120_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  reporter: [['list'], ['json', { outputFile: 'test-results/e2e.json' }]],
});
