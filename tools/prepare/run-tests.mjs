import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './children.mjs';
import { CACHE, inRoot, ROOT } from './root.mjs';
import { say } from './say.mjs';

const RESULT = join(CACHE, 'jest-result.json');
const NEEDS = /\(needs ([^)]+)\)/;
/** What npm cannot bring: not having it is no fault of the machine. */
const MAY_BE_MISSING = /fabric/i;

function readResult() {
  try {
    return JSON.parse(readFileSync(RESULT, 'utf8'));
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

function reportSkipped(skipped, isCi) {
  for (const { name, needs } of skipped) {
    const reason = needs === null ? 'not on this kind of machine' : `needs ${needs}`;
    say(`skipped, ${reason}: ${name}`);
  }
  const missing = skipped.filter(({ needs }) => needs !== null && !MAY_BE_MISSING.test(needs));
  if (!isCi || missing.length === 0) return 0;
  say(`With CI=true each of these must be there: ${missing.length} skipped tests are failures.`);
  return missing.length;
}

/** `N passed, N failed[, N skipped]`; a file that could not run at all is a failure too. */
function summary(result, missing, selected) {
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites + missing;
  const skipped = result.numPendingTests - missing;
  const tail = skipped > 0 && !selected ? `, ${skipped} skipped` : '';
  return `${result.numPassedTests} passed, ${failed} failed${tail}`;
}

/** @returns the exit status: jest's own, or 1 where CI misses a component */
export async function runTests(args) {
  mkdirSync(CACHE, { recursive: true });
  rmSync(RESULT, { force: true });
  const jest = inRoot('node_modules', 'jest', 'bin', 'jest.js');
  const flags = ['--maxWorkers=2', '--json', `--outputFile=${RESULT}`];
  const status = await runChild(
    process.execPath,
    ['--experimental-vm-modules', '--no-warnings', jest, ...flags, ...args],
    { cwd: ROOT, stdio: ['ignore', 2, 2] },
  );
  const result = readResult();
  if (result === null) return status;
  const isSelected = args.some((arg) => /^(-t|--testNamePattern)/.test(arg));
  const missing = isSelected ? 0 : reportSkipped(skippedTests(result), process.env.CI === 'true');
  process.stdout.write(`${summary(result, missing, isSelected)}\n`);
  return status === 0 && missing > 0 ? 1 : status;
}
