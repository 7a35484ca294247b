import { runChild } from './children.mjs';
import { inRoot, ROOT } from './root.mjs';
import { PrepareError, say, secondsSince } from './say.mjs';

const program = (...path) => inRoot('node_modules', ...path);

/** In the order in which a person would mend them. */
const STEPS = [
  { name: 'format', args: [program('prettier', 'bin', 'prettier.cjs'), '--check', '.'] },
  { name: 'lint', args: [program('eslint', 'bin', 'eslint.js'), '.'] },
  { name: 'types', args: [program('typescript', 'bin', 'tsc'), '-p', 'tsconfig.check.json'] },
  {
    name: 'boundaries',
    args: [
      program('dependency-cruiser', 'bin', 'dependency-cruise.mjs'),
      ...['--config', '.dependency-cruiser.cjs', '--output-type', 'err'],
      ...['libs', 'services', 'chaincode', 'tools', 'scenarios', 'bench'],
    ],
  },
  { name: 'tidy', args: [inRoot('tools', 'dist', 'tidy.js')] },
  { name: 'generated', args: [inRoot('tools', 'dist', 'generate.js'), '--check'] },
];

function chosenSteps(names) {
  const unknown = names.find((name) => !STEPS.some((step) => step.name === name));
  if (unknown !== undefined) {
    const known = STEPS.map(({ name }) => name).join(', ');
    throw new PrepareError(`There is no check "${unknown}"; there are ${known}.`);
  }
  return names.length === 0 ? STEPS : STEPS.filter(({ name }) => names.includes(name));
}

/** @returns 0 when every chosen step holds */
export async function runChecks(names) {
  const outcomes = [];
  for (const { name, args } of chosenSteps(names)) {
    say(`\n== ${name}`);
    const startMs = Date.now();
    const status = await runChild(process.execPath, args, { cwd: ROOT });
    outcomes.push({ name, status, seconds: secondsSince(startMs) });
  }
  say('');
  for (const { name, status, seconds } of outcomes) {
    say(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  }
  const failed = outcomes.filter(({ status }) => status !== 0).map(({ name }) => name);
  say(failed.length === 0 ? 'All checks hold.' : `Failed: ${failed.join(', ')}.`);
  return failed.length === 0 ? 0 : 1;
}
