import { spawn } from 'node:child_process';
import { clearTimeout, setTimeout } from 'node:timers';

const FORCE_AFTER_MS = 5_000;
const running = new Set();
let isEnding = false;

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // it has ended in between
    if (error.code !== 'ESRCH') throw error;
  }
}

/**
 * Runs a program in a group of its own, its words on standard error, and gives its exit status.
 * Only we hear the terminal's Ctrl-C: `endOnSignal` hands it on and waits, so that nothing stays.
 */
export function runChild(program, args, options = {}) {
  if (isEnding) return new Promise(() => undefined);
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 2, 2],
      detached: true,
      ...options,
    });
    running.add(child);
    child.once('error', (error) => {
      running.delete(child);
      reject(error);
    });
    child.once('close', (code, signal) => {
      running.delete(child);
      // whoever is ending waits for this child himself
      if (!isEnding) resolve(code ?? 128 + (signal === 'SIGINT' ? 2 : 15));
    });
  });
}

/**
 * SIGINT and SIGTERM end what {@link runChild} runs and then this process.
 * @param statusOf the exit status after a signal
 * @returns a function that takes the handlers away again
 */
export function endOnSignal(statusOf) {
  const end = (signal) => {
    if (isEnding) return;
    isEnding = true;
    const children = [...running];
    const ended = children.map((child) => new Promise((done) => child.once('close', done)));
    for (const child of children) signalGroup(child, 'SIGTERM');
    const force = setTimeout(() => {
      for (const child of children) signalGroup(child, 'SIGKILL');
    }, FORCE_AFTER_MS);
    Promise.all(ended).then(() => {
      clearTimeout(force);
      process.exit(statusOf(signal));
    });
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  return () => {
    process.off('SIGINT', end);
    process.off('SIGTERM', end);
  };
}

/** The status a shell gives for a program that a signal ended. */
export const signalStatus = (signal) => (signal === 'SIGINT' ? 130 : 143);
