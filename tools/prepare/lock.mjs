import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PrepareError, say } from './say.mjs';

const LOOK_AGAIN_MS = 100;
const GREATEST_WAIT_MS = 15 * 60_000;
const GUARD_AGE_MS = 10_000;
/** Position of the start time in /proc/<pid>/stat, counted after the process's state. */
const START_TIME_FIELD = 18;

/** Tells a process from a later one with the same number; '' where the system has no /proc. */
function startTimeOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? 'ended' : (fields[START_TIME_FIELD] ?? '');
  } catch {
    // no such process, or no /proc
    return '';
  }
}

function isAlive({ pid, startedAt }) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  return startTimeOf(pid) === startedAt;
}

function readHolder(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Makes the lock with its content in one step, so that nobody reads half of it. */
function tryTake(path) {
  const draft = `${path}.${process.pid}`;
  const self = { pid: process.pid, startedAt: startTimeOf(process.pid) };
  writeFileSync(draft, JSON.stringify(self));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Takes a dead process's lock away; under a guard, so that two who do it do not take a living one. */
function clearDead(path) {
  const guard = `${path}.guard`;
  try {
    mkdirSync(guard);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const age = Date.now() - (statSync(guard, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > GUARD_AGE_MS) rmSync(guard, { recursive: true, force: true });
    return;
  }
  try {
    const holder = readHolder(path);
    if (holder !== null && !isAlive(holder)) rmSync(path, { force: true });
  } finally {
    rmSync(guard, { recursive: true, force: true });
  }
}

/** Lets one process at a time do the work; a dead one's lock is void. */
export async function withLock(path, work) {
  mkdirSync(dirname(path), { recursive: true });
  const deadline = Date.now() + GREATEST_WAIT_MS;
  let hasSaid = false;
  while (!tryTake(path)) {
    const holder = readHolder(path);
    if (holder !== null && !isAlive(holder)) {
      clearDead(path);
      continue;
    }
    if (Date.now() > deadline) {
      throw new PrepareError(`Another process holds ${path} for too long: end it and start again.`);
    }
    if (!hasSaid && holder !== null) {
      say(`Process ${holder.pid} is installing or building here already; waiting for it…`);
      hasSaid = true;
    }
    await pause(LOOK_AGAIN_MS);
  }
  // also when a signal ends the process in the midst of it
  const release = () => rmSync(path, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}
