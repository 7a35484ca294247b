/** `wait-ended.mjs <seconds> <pid>…`: until none of the processes runs; status 1 when one stays. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const [seconds, ...pids] = process.argv.slice(2);
const POLL_MS = 100;
const deadline = Date.now() + Number(seconds) * 1000;

function isRunning(pid) {
  try {
    process.kill(Number(pid), 0);
  } catch {
    // it has ended
    return false;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // ended, and not yet collected by whoever started it
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    // no /proc: what answers to a signal runs
    return true;
  }
}

while (pids.some(isRunning)) {
  if (Date.now() > deadline) {
    console.error(`still running after ${seconds} s: ${pids.filter(isRunning).join(' ')}`);
    process.exit(1);
  }
  await pause(POLL_MS);
}
