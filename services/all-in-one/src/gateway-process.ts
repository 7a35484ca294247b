import { createLog, type Log } from '@roamgrid/platform';
import type { AllInOneConfiguration } from './all-in-one.config.js';
import { holdDataDirectory } from './data-directory.js';
import { checkPortFree } from './free-port.js';
import { tellFirstRun, type FirstRun } from './first-run.js';
import { startGateway, type RunningGateway } from './start-gateway.js';

/** An orderly stop that takes longer than this is broken off. */
const STOP_MS = 10_000;

export interface GatewayProcessParts {
  readonly configuration: AllInOneConfiguration;
  /** absolute */
  readonly dataDir: string;
  /** a line that is a result */
  readonly tell: (line: string) => void;
  /** a line about a long step */
  readonly progress: (line: string) => void;
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
    this.#log = createLog(parts.configuration.LOG_LEVEL);
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
    const force = setTimeout(() => {
      this.#parts.progress(`Not stopped within ${String(STOP_MS)} ms; ending at once.`);
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
    const { configuration, dataDir, progress } = this.#parts;
    const directory = await holdDataDirectory(dataDir);
    this.#release = () => directory.release();
    try {
      await checkPortFree(configuration.HOST, configuration.PORT);
      this.#gateway = await startGateway({
        port: configuration.PORT,
        host: configuration.HOST,
        dataDir,
        databaseUrl: configuration.DATABASE_URL,
        natsUrl: configuration.NATS_URL,
        logLevel: configuration.LOG_LEVEL,
        log: progress,
      });
    } catch (error) {
      await directory.release();
      throw error;
    }
    if (!this.#isStopping) this.#announce(this.#gateway);
  }

  #announce({ baseUrl, fresh }: RunningGateway): void {
    const { configuration, dataDir, tell } = this.#parts;
    tell(`Roamgrid is ready at ${baseUrl}`);
    tell(`  API and its description  ${baseUrl}/docs`);
    tell(`  health                   ${baseUrl}/health/ready`);
    tell(`  credentials              ${dataDir}/demo-credentials.json`);
    if (fresh && configuration.DEMO === '1') this.#story = tellFirstRun(dataDir, tell);
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
