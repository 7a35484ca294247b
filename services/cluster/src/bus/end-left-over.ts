import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LOOK_AGAIN_MS = 20;

/** How the process was started; null where there is none with that number. */
async function commandOf(pid: number): Promise<string | null> {
  return run('ps', ['-o', 'args=', '-p', String(pid)]).then(
    ({ stdout }) => stdout,
    // status 1: no such process
    () => null,
  );
}

/**
 * Ends a nats-server that outlived a supervisor that was killed. It keeps nothing that could be lost; one that
 * is not ours, by the configuration it was started with, is left alone.
 */
export async function endLeftOver(pidFile: string, configuration: string): Promise<void> {
  const text = await readFile(pidFile, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  });
  const pid = Number(text.trim());
  const isOurs = async (): Promise<boolean> =>
    pid > 0 && ((await commandOf(pid))?.includes(configuration) ?? false);
  if (await isOurs()) process.kill(pid, 'SIGKILL');
  while (await isOurs()) await pause(LOOK_AGAIN_MS);
  await rm(pidFile, { force: true });
}
