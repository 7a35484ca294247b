import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** All measurements in turn, each in a process of its own; or the one that is named. */
const MEASUREMENTS = [
  'rating',
  'swipe-to-quote',
  'swipe-to-quote-apart',
  'budgets',
  'meter-events',
  'idle-station',
  'start',
];

const [only] = process.argv.slice(2);
if (only !== undefined && !MEASUREMENTS.includes(only)) {
  console.error(`there is no measurement ${only}; there are ${MEASUREMENTS.join(', ')}`);
  process.exit(2);
}
for (const name of only === undefined ? MEASUREMENTS : [only]) {
  const { status } = spawnSync(
    process.execPath,
    [fileURLToPath(new URL(`./${name}.js`, import.meta.url))],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  if (status !== 0) process.exit(status ?? 1);
}
