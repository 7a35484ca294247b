/** `wait-ready.mjs <base URL> <pid> <seconds>`: until the gateway is ready; status 1 when it is not in time. */
import { setTimeout as pause } from 'node:timers/promises';

const [baseUrl, pid, seconds] = process.argv.slice(2);
const POLL_MS = 200;
const deadline = Date.now() + Number(seconds) * 1000;

function isAlive() {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch {
    // it has ended
    return false;
  }
}

for (;;) {
  const answer = await fetch(`${baseUrl}/health/ready`).catch(() => null);
  if (answer?.status === 200) break;
  if (!isAlive() || Date.now() > deadline) {
    console.error(isAlive() ? `not ready within ${seconds} s` : 'the gateway has ended');
    process.exit(1);
  }
  await pause(POLL_MS);
}
