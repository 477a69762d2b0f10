// Writes what scripts/test-totals.mjs counts, to the file named by SEMBLANCE_TEST_REPORT. Vitest's own JSON report leaves out
// why a test was skipped, and errors outside of tests.
import { writeFileSync } from 'node:fs';

export default class TotalsReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const stage = { passed: 0, failed: unhandledErrors.length, skipped: [] };
    for (const module of modules) {
      // A file that could not be loaded has errors of its own and no tests.
      if (module.errors().length > 0) stage.failed++;
      for (const suite of module.children.allSuites()) if (suite.errors().length > 0) stage.failed++;
      for (const test of module.children.allTests()) {
        const { state, note } = test.result();
        if (state === 'passed') stage.passed++;
        else if (state === 'failed') stage.failed++;
        else stage.skipped.push({ name: test.fullName, reason: note ?? 'no reason given' });
      }
    }
    writeFileSync(process.env['SEMBLANCE_TEST_REPORT'], JSON.stringify(stage));
  }
}
