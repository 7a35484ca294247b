import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './children.mjs';
import { CACHE, inRoot, ROOT } from './root.mjs';
import { say } from './say.mjs';

const NEEDS = /\(needs ([^)]+)\)/;
/** more skipped tests for one reason are counted, not named */
const LISTED = 3;
/** What npm cannot bring: not having it is no fault of the machine. */
const MAY_BE_MISSING = /fabric/i;

function readResult(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Tests that were skipped, with the component that they needed (null: another kind of machine). */
function skippedTests(result) {
  return result.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'pending')
    .map(({ fullName }) => ({ name: fullName, needs: NEEDS.exec(fullName)?.[1] ?? null }));
}

function groupByReason(skipped) {
  const groups = new Map();
  for (const { name, needs } of skipped) {
    const reason = needs === null ? 'not on this kind of machine' : `needs ${needs}`;
    groups.set(reason, [...(groups.get(reason) ?? []), name]);
  }
  return groups;
}

function reportSkipped(skipped, isCi) {
  for (const [reason, names] of groupByReason(skipped)) {
    say(
      `skipped, ${reason}: ${names.length > LISTED ? `${names.length} tests` : names.join('; ')}`,
    );
  }
  const missing = skipped.filter(({ needs }) => needs !== null && !MAY_BE_MISSING.test(needs));
  if (!isCi || missing.length === 0) return 0;
  say(`With CI=true each of these must be there: ${missing.length} skipped tests are failures.`);
  return missing.length;
}

/** `N passed, N failed[, N skipped]`; a file that could not run at all is a failure too. */
function summary(results, missing, selected) {
  const sum = (count) => results.reduce((total, result) => total + count(result), 0);
  const passed = sum((result) => result.numPassedTests);
  const failed = sum((result) => result.numFailedTests + result.numRuntimeErrorTestSuites);
  const skipped = Math.max(0, sum((result) => result.numPendingTests) - missing);
  const tail = skipped > 0 && !selected ? `, ${skipped} skipped` : '';
  return `${passed} passed, ${failed + missing} failed${tail}`;
}

/** @returns jest's status and its result, null where it wrote none */
async function runJest(name, args, environment = {}) {
  const path = join(CACHE, `jest-result-${name}.json`);
  mkdirSync(CACHE, { recursive: true });
  rmSync(path, { force: true });
  const jest = inRoot('node_modules', 'jest', 'bin', 'jest.js');
  const flags = ['--json', `--outputFile=${path}`];
  const status = await runChild(
    process.execPath,
    ['--experimental-vm-modules', '--no-warnings', jest, ...flags, ...args],
    { cwd: ROOT, stdio: ['ignore', 2, 2], env: { ...process.env, ...environment } },
  );
  return { status, result: readResult(path) };
}

/** What the services apart need beside npm's packages; null where it is there. */
async function missingForCluster() {
  const { findNatsServer } = await import('@roamgrid/messaging');
  const found = await findNatsServer({
    named: process.env.NATS_SERVER_BIN,
    cacheDir: join(CACHE, 'bin'),
    environment: process.env,
    log: say,
  });
  return 'missing' in found ? found.missing : null;
}

/** The stories again, with every service a process of its own. */
async function runStoriesApart() {
  const missing = await missingForCluster();
  if (missing === null) {
    say('\nThe scenarios again, services apart over NATS:');
    const args = ['--selectProjects', 'scenarios', '--maxWorkers=1'];
    return runJest('apart', args, { ROAMGRID_SHAPE: 'cluster' });
  }
  say(`skipped, needs ${missing}: the scenarios with services apart`);
  return { status: 1, result: null, isMissing: true };
}

/** @returns the exit status: jest's own, or 1 where CI misses a component */
export async function runTests(args) {
  const isCi = process.env.CI === 'true';
  const runs = [await runJest('all', ['--maxWorkers=2', ...args])];
  if (args.length === 0 && isCi) runs.push(await runStoriesApart());
  if (args.length === 0 && !isCi) {
    say(
      'left out, they take as long again: the scenarios with services apart (with CI=true they run)',
    );
  }
  const results = runs.flatMap(({ result }) => (result === null ? [] : [result]));
  const status = runs.find((run) => run.status !== 0)?.status ?? 0;
  if (results.length === 0) return status;
  const isSelected = args.some((arg) => /^(-t|--testNamePattern)/.test(arg));
  const skipped = results.flatMap(skippedTests);
  const lacking = runs.filter((run) => run.isMissing).length;
  const missing = isSelected ? 0 : reportSkipped(skipped, isCi) + lacking;
  process.stdout.write(`${summary(results, missing, isSelected)}\n`);
  return status === 0 && missing > 0 ? 1 : status;
}
