import { RoamgridError } from '@roamgrid/kernel';
import { ConfigurationError } from './config.js';
import { createLog } from './log.js';

/** An orderly stop that takes longer than this is broken off. */
const STOP_MS = 8_000;

/** What a program says to whoever started it with a channel. */
export const READY_WORD = 'ready';

/** What a program has started. */
export interface RunningProgram {
  stop(): Promise<void>;
}

/** The process that the program is. */
export interface ProgramHost {
  /** a signal, or the end of whoever started this process with a channel */
  onSignal(listener: () => void): void;
  /** one line for the person who started it */
  tell(line: string): void;
  /** it serves: who started this process with a channel hears of it */
  ready?(): void;
  exit(status: number): void;
}

const thisProcess: ProgramHost = {
  onSignal(listener) {
    process.on('SIGINT', listener);
    process.on('SIGTERM', listener);
    // a supervisor that was killed tells nobody: its end of the channel has gone
    process.on('disconnect', listener);
  },
  tell: (line) => void process.stderr.write(`${line}\n`),
  ready: () => void process.send?.(READY_WORD),
  exit: (status) => process.exit(status),
};

/** One line for a person who can put it right; null for a fault of ours. */
function faultLine(error: unknown): string | null {
  if (error instanceof ConfigurationError) return `Wrong configuration: ${error.message}`;
  if (error instanceof RoamgridError) return error.code === 'internal' ? null : error.message;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  // a system or database fault names what it is about; several at once have no text of their own
  return typeof code === 'string' && error instanceof Error ? error.message || code : null;
}

function refuse(error: unknown, host: ProgramHost): void {
  const line = faultLine(error);
  if (line === null) createLog('error').error({ err: error }, 'the service did not start');
  else host.tell(line);
  host.exit(1);
}

/**
 * What a `main.ts` does that is no service on the bus: starts, and stops on a signal with status 0,
 * also on one that comes while it starts. A start that fails ends with status 1.
 */
export async function runProgram(
  start: () => Promise<RunningProgram>,
  host: ProgramHost = thisProcess,
): Promise<void> {
  let isStopping = false;
  const starting = start();
  // npm hands on what the terminal sent to the whole group already: a signal may come twice
  host.onSignal(() => {
    if (isStopping) return;
    isStopping = true;
    // a start that fails ends the process by itself, below
    starting.then((running) => stop(running, host)).catch(() => undefined);
  });
  await starting.then(
    () => host.ready?.(),
    (error: unknown) => {
      refuse(error, host);
    },
  );
}

async function stop(running: RunningProgram, host: ProgramHost): Promise<void> {
  const force = setTimeout(() => {
    host.tell(`Not stopped within ${String(STOP_MS)} ms; ending at once.`);
    host.exit(1);
  }, STOP_MS);
  try {
    await running.stop();
    host.exit(0);
  } catch (error) {
    createLog('error').error({ err: error }, 'stopping failed');
    host.exit(1);
  } finally {
    clearTimeout(force);
  }
}
