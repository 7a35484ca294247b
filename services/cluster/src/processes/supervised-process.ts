import { spawn, type ChildProcess } from 'node:child_process';
import { READY_WORD } from '@roamgrid/platform';

/** One program of the cluster, and how it is started. */
export interface ProcessPlan {
  /** `aaa`, `router`, `nats-server` */
  readonly name: string;
  /** slug of the utility it belongs to; absent where it belongs to all */
  readonly utility?: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** what it says on standard error is kept from the person at the terminal, unless it ends by itself */
  readonly isQuiet?: boolean;
}

export interface SupervisedProcessOptions {
  readonly plan: ProcessPlan;
  /** one line for people */
  readonly log: (line: string) => void;
  /** its pid is another now, or it has none */
  readonly onChange: () => void;
}

const FIRST_PAUSE_MS = 100;
const GREATEST_PAUSE_MS = 10_000;
/** one that ran so long is not the victim of its own start */
const STEADY_MS = 20_000;
const STOP_MS = 9_000;
const LAST_WORDS_CHARACTERS = 2_000;

/**
 * A program that is started again whenever it ends, with growing pauses, until it is stopped. It runs in a
 * group of its own, so that the terminal's Ctrl-C reaches only us, and holds a channel to us, by whose end it
 * knows that we were killed.
 */
export class SupervisedProcess {
  readonly plan: ProcessPlan;
  /** resolves when it serves for the first time; never for a program that does not say so */
  readonly ready: Promise<void>;
  readonly #options: SupervisedProcessOptions;
  #isReady: () => void = () => undefined;
  #child: ChildProcess | null = null;
  #ended: Promise<unknown> = Promise.resolve();
  #pauseMs = FIRST_PAUSE_MS;
  #again: NodeJS.Timeout | undefined;
  #isStopping = false;

  constructor(options: SupervisedProcessOptions) {
    this.plan = options.plan;
    this.ready = new Promise((resolve) => {
      this.#isReady = resolve;
    });
    this.#options = options;
  }

  /** null while it is down */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  get label(): string {
    const { name, utility } = this.plan;
    return utility === undefined ? name : `${utility}/${name}`;
  }

  start(): void {
    const { program, args, env, isQuiet } = this.plan;
    const startedMs = performance.now();
    const child = spawn(program, [...args], {
      env,
      detached: true,
      stdio: ['ignore', 'ignore', isQuiet === true ? 'pipe' : 'inherit', 'ipc'],
    });
    child.on('message', (word) => {
      if (word === READY_WORD) this.#isReady();
    });
    let lastWords = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      lastWords = (lastWords + chunk.toString()).slice(-LAST_WORDS_CHARACTERS);
    });
    this.#child = child;
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => {
        resolve(error.message);
      });
      child.once('exit', (status, signal) => {
        resolve(signal === null ? `status ${String(status)}` : `signal ${signal}`);
      });
    });
    this.#ended = ended.then((how) => {
      this.#child = null;
      const words = lastWords.trim().split('\n').at(-1) ?? '';
      this.#whenEnded(words === '' ? how : `${how}: ${words}`, performance.now() - startedMs);
    });
    this.#options.onChange();
  }

  /** Asks it to end; one that does not is ended. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#again);
    const child = this.#child;
    if (child === null) return;
    child.kill('SIGTERM');
    const force = setTimeout(() => {
      this.#options.log(`${this.label} did not end when it was asked to; it is killed`);
      child.kill('SIGKILL');
    }, STOP_MS);
    await this.#ended;
    clearTimeout(force);
  }

  #whenEnded(how: string, ranMs: number): void {
    if (this.#isStopping) return;
    if (ranMs > STEADY_MS) this.#pauseMs = FIRST_PAUSE_MS;
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(pauseMs * 2, GREATEST_PAUSE_MS);
    this.#options.log(`${this.label} ended (${how}); it is started again in ${String(pauseMs)} ms`);
    this.#options.onChange();
    this.#again = setTimeout(() => {
      this.start();
    }, pauseMs);
  }
}
