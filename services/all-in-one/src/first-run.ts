import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const STORY = fileURLToPath(new URL('../../../tools/dist/demo.js', import.meta.url));

export interface FirstRun {
  /** Resolves when the story has been told or has failed; never rejects. */
  readonly told: Promise<void>;
  /** Ends a story that is still being told. */
  stop(): void;
}

/**
 * Plays one charge against the running gateway, as `npm run demo` does, in a process of its own that knows
 * no more of the gateway than any other client. A story that fails says so; the gateway keeps serving.
 */
export function tellFirstRun(dataDir: string, log: (line: string) => void): FirstRun {
  log('A first charge, hop by hop:');
  const child = spawn(process.execPath, [STORY, '--data-dir', dataDir], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  let isStopped = false;
  const end = async (): Promise<void> => {
    const [status] = (await once(child, 'exit')) as [number | null];
    if (isStopped) return;
    log(
      status === 0
        ? 'To play it again: npm run demo'
        : `The first charge could not be told to its end (status ${String(status)}); the gateway serves. To try again: npm run demo`,
    );
  };
  const told = end().catch((error: unknown) => {
    log(`The first charge could not be told: ${String(error)}. The gateway serves.`);
  });
  return {
    told,
    stop() {
      isStopped = true;
      child.kill('SIGTERM');
    },
  };
}
