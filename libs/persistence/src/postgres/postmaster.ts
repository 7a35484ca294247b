import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Cluster } from './cluster.js';
import type { Programs } from './programs.js';
import { PROGRAM_ENVIRONMENT } from './run-program.js';
import { reasonOf } from './start-error.js';

type Child = ChildProcessByStdio<null, null, Readable>;

export interface PostmasterOptions {
  readonly cluster: Cluster;
  readonly programs: Programs;
  readonly port: number;
  readonly durable: boolean;
  readonly maxConnections: number;
  readonly log: (line: string) => void;
}

/** The server ended before it was ready. `output` is all it said. */
export class PostmasterEnded extends Error {
  readonly output: string;

  constructor(output: string) {
    super('PostgreSQL ended before it was ready');
    this.name = 'PostmasterEnded';
    this.output = output;
  }
}

const FAST_SHUTDOWN_MS = 10_000;
const QUIT_MS = 5_000;
const READY = 'database system is ready to accept connections';

/**
 * A PostgreSQL server as a child of this process, in a session of its own so that the terminal's
 * Ctrl-C reaches us first. It never keeps this process alive, and is asked to end when it ends.
 */
export class Postmaster {
  readonly #child: Child;
  readonly #log: (line: string) => void;
  /** how it ended, once everybody is gone who served for it */
  readonly ended: Promise<string>;
  #output: string | undefined = '';
  #isStopping = false;
  readonly #endWithUs = (): void => {
    this.#child.kill('SIGINT');
  };

  private constructor(child: Child, log: (line: string) => void) {
    this.#child = child;
    this.#log = log;
    this.ended = new Promise((resolve) => {
      child.once('close', (status, signal) => {
        resolve(signal === null ? `status ${String(status)}` : `signal ${signal}`);
      });
    });
    process.once('exit', this.#endWithUs);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** @throws PostmasterEnded, at once or when it is awaited with {@link ready} */
  static spawn(options: PostmasterOptions): Postmaster {
    const { cluster, programs, log } = options;
    try {
      const child = spawn(programs.postgres, serverArguments(options), {
        ...cluster.account,
        cwd: '/',
        env: PROGRAM_ENVIRONMENT,
        detached: true,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      return new Postmaster(child, log);
    } catch (error) {
      throw new PostmasterEnded(reasonOf(error));
    }
  }

  /** Resolves when connections are accepted, which after a crash may take its time. */
  ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#child.once('error', (error) => {
        this.#hear(`FATAL: ${error.message}`);
      });
      createInterface({ input: this.#child.stderr }).on('line', (line) => {
        this.#hear(line);
        if (!line.includes(READY)) return;
        this.#output = undefined;
        this.#letUsEnd();
        resolve();
      });
      this.#child.once('close', () => {
        process.off('exit', this.#endWithUs);
        if (this.#output !== undefined) reject(new PostmasterEnded(this.#output));
        else if (!this.#isStopping) this.#log('postgres: the server ended unexpectedly');
      });
    });
  }

  /** Fast shutdown; a server that hangs is made to quit and recovers at its next start. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.ref();
    this.#child.kill('SIGINT');
    if (await this.#hasEndedWithin(FAST_SHUTDOWN_MS)) return;
    this.#child.kill('SIGQUIT');
    if (await this.#hasEndedWithin(QUIT_MS)) return;
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  #hear(line: string): void {
    this.#log(`postgres: ${line}`);
    if (this.#output !== undefined) this.#output += `${line}\n`;
  }

  #letUsEnd(): void {
    this.#child.unref();
    const pipe: unknown = this.#child.stderr;
    if (canUnref(pipe)) pipe.unref();
  }

  async #hasEndedWithin(limitMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<false>((resolve) => {
      timer = setTimeout(() => {
        resolve(false);
      }, limitMs);
    });
    const hasEnded = await Promise.race([this.ended.then(() => true), limit]);
    clearTimeout(timer);
    return hasEnded;
  }
}

function canUnref(value: unknown): value is { unref(): void } {
  return typeof value === 'object' && value !== null && 'unref' in value;
}

/** ERROR lines and DETAILs stay out of the log: they repeat values, and the client is told anyway. */
function serverArguments(options: PostmasterOptions): string[] {
  const settings = {
    port: String(options.port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: String(options.maxConnections),
    password_encryption: 'scram-sha-256',
    fsync: onOff(options.durable),
    full_page_writes: onOff(options.durable),
    synchronous_commit: onOff(options.durable),
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    logging_collector: 'off',
    log_destination: 'stderr',
    log_line_prefix: '',
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
  };
  return [
    '-D',
    options.cluster.dir,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

function onOff(value: boolean): string {
  return value ? 'on' : 'off';
}
