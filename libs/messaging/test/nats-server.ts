import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findNatsServer, type NatsProgram } from '@roamgrid/messaging';

/** The program that the tests run against, or why there is none. */
export const natsProgram = (): Promise<NatsProgram> =>
  findNatsServer({
    named: process.env['NATS_SERVER_BIN'],
    cacheDir: join(import.meta.dirname, '..', '..', '..', '.cache', 'bin'),
    environment: process.env,
  });

export interface RunningNats {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** has it read its configuration again; resolves when it has */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();

/** Ends what a failed test has left. */
export function endNats(): void {
  for (const child of running) child.kill('SIGKILL');
}

async function portOf(child: ChildProcess): Promise<number> {
  const lines: string[] = [];
  let port: number | null = null;
  for await (const line of createInterface({ input: child.stderr! })) {
    lines.push(line);
    port ??=
      Number(/Listening for client connections on [\d.]+:(\d+)/.exec(line)?.[1] ?? 0) || null;
    if (port !== null && line.includes('Server is ready')) return port;
  }
  throw new Error(`nats-server did not start:\n${lines.join('\n')}`);
}

/** @param port −1 takes a free one */
export async function startNats(
  path: string,
  { port = -1, flags = [] }: { readonly port?: number; readonly flags?: readonly string[] } = {},
): Promise<RunningNats> {
  const child = spawn(path, ['-a', '127.0.0.1', '-p', String(port), ...flags], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const bound = await portOf(child);
  child.stderr.resume();
  return {
    host: '127.0.0.1',
    port: bound,
    url: `nats://127.0.0.1:${String(bound)}`,
    async reload() {
      const isRead = new Promise<void>((resolve) => {
        const hear = (chunk: Buffer): void => {
          if (!chunk.toString().includes('Reloaded server configuration')) return;
          child.stderr.off('data', hear);
          resolve();
        };
        child.stderr.on('data', hear);
      });
      child.kill('SIGHUP');
      await isRead;
    },
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
