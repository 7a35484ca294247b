import { readFile } from 'node:fs/promises';
import { runProgram } from './run-program.js';

/** Tells a process from a later one that was given the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** clock ticks since boot on Linux; '' where the system does not say */
  readonly startedAt: string;
}

/** Position of the start time in /proc/<pid>/stat, counted after the process's state. */
const START_TIME_FIELD = 18;

export async function identityOf(pid: number): Promise<ProcessIdentity> {
  return { pid, startedAt: await startTime(pid) };
}

export async function isSameProcessAlive(identity: ProcessIdentity): Promise<boolean> {
  return isAlive(identity.pid) && (await startTime(identity.pid)) === identity.startedAt;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The command line of a process, '' where it is gone (or dead and not yet collected). */
export async function commandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    return (await readProc(pid, 'cmdline')).replaceAll('\0', ' ');
  }
  const { exitCode, output } = await runProgram(
    'ps',
    ['-ww', '-o', 'command=', '-p', String(pid)],
    undefined,
  );
  return exitCode === 0 ? output : '';
}

async function startTime(pid: number): Promise<string> {
  const stat = await readProc(pid, 'stat');
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // ended, and not yet collected by its parent: no longer the process it was
  if (state === 'Z' || state === 'X') return 'ended';
  return fields[START_TIME_FIELD] ?? '';
}

async function readProc(pid: number, file: string): Promise<string> {
  try {
    return await readFile(`/proc/${String(pid)}/${file}`, 'utf8');
  } catch {
    // the process has ended, or the system has no /proc
    return '';
  }
}
