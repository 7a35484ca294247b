import { createLog, type Log } from '@roamgrid/platform';
import type { Interruption } from './demonstration/seed-once.js';
import { holdDataDirectory } from './data-directory.js';
import { checkPortFree } from './free-port.js';
import { tellFirstRun, type FirstRun } from './first-run.js';

/** An orderly stop that takes longer than this is broken off. */
const STOP_MS = 15_000;

/** Where and over what a gateway serves, in one process or in many. */
export interface GatewayOptions {
  readonly port: number;
  readonly host: string;
  /** absolute */
  readonly dataDir: string;
  readonly logLevel: string;
  /** one line for people about each long step */
  readonly log: (line: string) => void;
  /** breaks off a start that takes long */
  readonly interruption?: Interruption | undefined;
}

export interface RunningGateway {
  readonly baseUrl: string;
  /** the data directory was empty: the demonstration was seeded now */
  readonly fresh: boolean;
  stop(): Promise<void>;
}

export interface GatewayProcessParts {
  readonly options: GatewayOptions;
  /** @throws DatabaseStartError, or a system error, after everything started was stopped */
  readonly startGateway: () => Promise<RunningGateway>;
  /** lets a start that is under way end soon, in order */
  readonly interrupt: () => void;
  /** whether a first start is followed by the story of a first charge */
  readonly isStoryWanted: boolean;
  /** a line that is a result */
  readonly tell: (line: string) => void;
  readonly exit: (status: number) => void;
}

/**
 * One gateway from its start to its end: holds the data directory, serves, tells the first-run story, and
 * stops in order, whenever a signal comes and however often.
 */
export class GatewayProcess {
  readonly #parts: GatewayProcessParts;
  readonly #log: Log;
  #starting: Promise<void> = Promise.resolve();
  #release: (() => Promise<void>) | null = null;
  #gateway: RunningGateway | null = null;
  #story: FirstRun | null = null;
  #isStopping = false;

  constructor(parts: GatewayProcessParts) {
    this.#parts = parts;
    this.#log = createLog(parts.options.logLevel);
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** @throws DataDirectoryInUse, DatabaseStartError, or a system error, after everything was stopped */
  async start(): Promise<void> {
    this.#starting = this.#start();
    await this.#starting;
  }

  /** Stops in order, then ends the process with `status`; at once where that takes too long. */
  stop(status: number): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#parts.interrupt();
    const force = setTimeout(() => {
      this.#parts.options.log(`Not stopped within ${String(STOP_MS)} ms; ending at once.`);
      this.#parts.exit(status);
    }, STOP_MS);
    this.#stop().then(
      () => {
        clearTimeout(force);
        this.#parts.exit(status);
      },
      (error: unknown) => {
        clearTimeout(force);
        this.#log.error({ error: String(error) }, 'stopping failed');
        this.#parts.exit(1);
      },
    );
  }

  async #start(): Promise<void> {
    const { startGateway, options } = this.#parts;
    const directory = await holdDataDirectory(options.dataDir);
    this.#release = () => directory.release();
    try {
      await checkPortFree(options.host, options.port);
      this.#gateway = await startGateway();
    } catch (error) {
      await directory.release();
      throw error;
    }
    if (!this.#isStopping) this.#announce(this.#gateway);
  }

  #announce({ baseUrl, fresh }: RunningGateway): void {
    const { options, isStoryWanted, tell } = this.#parts;
    const { dataDir } = options;
    tell(`Roamgrid is ready at ${baseUrl}`);
    tell(`  API and its description  ${baseUrl}/docs`);
    tell(`  health                   ${baseUrl}/health/ready`);
    tell(`  credentials              ${dataDir}/demo-credentials.json`);
    if (fresh && isStoryWanted) this.#story = tellFirstRun(dataDir, tell);
  }

  async #stop(): Promise<void> {
    // what is half started cannot be stopped; a start that fails has cleaned up after itself
    await this.#starting.catch(() => undefined);
    this.#story?.stop();
    await this.#story?.told;
    await this.#gateway?.stop();
    await this.#release?.();
  }
}
