// Counts what the test runners reported.
import { existsSync, readFileSync } from 'node:fs';

/**
 * @typedef {object} Stage
 * @property {number} passed
 * @property {number} failed
 * @property {{ name: string, reason: string }[]} skipped
 * @property {string | undefined} problem why the stage as a whole counts as one failure
 */

/** A stage that could not run: one failure, never a silent skip. */
export function emptyStage(problem) {
  return { passed: 0, failed: 1, skipped: [], problem };
}

/** Reads the report of vitest-totals-reporter.mjs. */
export function readVitest(file, exitCode) {
  if (!existsSync(file)) return emptyStage(`vitest ended with code ${exitCode} and no report`);
  return judged(JSON.parse(readFileSync(file, 'utf8')), exitCode);
}

/** Reads Playwright's JSON report. A test that only passed when tried again counts as failed. */
export function readPlaywright(file, exitCode) {
  if (!existsSync(file)) return emptyStage(`playwright ended with code ${exitCode} and no report`);
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const stage = { passed: 0, failed: 0, skipped: [] };
  for (const { title, tests } of report.suites.flatMap(specsOf)) {
    for (const { status, annotations } of tests) {
      if (status === 'expected') stage.passed++;
      else if (status === 'skipped') stage.skipped.push({ name: title, reason: reasonOf(annotations) });
      else stage.failed++;
    }
  }
  return judged(stage, exitCode);
}

function specsOf(suite) {
  return [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specsOf)];
}

function reasonOf(annotations) {
  return annotations.find(({ type }) => type === 'skip' || type === 'fixme')?.description ?? 'no reason given';
}

function judged(stage, exitCode) {
  if (stage.passed + stage.failed === 0) return { ...stage, failed: 1, problem: 'no test ran' };
  if (exitCode !== 0 && stage.failed === 0) {
    return { ...stage, failed: 1, problem: `the runner ended with code ${exitCode}, though no test failed` };
  }
  return { ...stage, problem: undefined };
}

/**
 * Prints a line for each stage, the skipped tests with their reasons, and the total as the last line.
 *
 * @param {Record<string, Stage>} stages
 * @returns {number} the exit code
 */
export function printTotals(stages) {
  console.log();
  for (const [name, { passed, failed, skipped, problem }] of Object.entries(stages)) {
    console.log(`${name}: ${counts(passed, failed, skipped.length)}${problem ? ` (${problem})` : ''}`);
    for (const { name: test, reason } of skipped) console.log(`  skipped: ${test}: ${reason}`);
  }
  const all = Object.values(stages);
  const sum = (count) => all.reduce((total, stage) => total + count(stage), 0);
  const failed = sum((stage) => stage.failed);
  console.log(
    counts(
      sum((stage) => stage.passed),
      failed,
      sum((stage) => stage.skipped.length),
    ),
  );
  return failed === 0 ? 0 : 1;
}

function counts(passed, failed, skipped) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
