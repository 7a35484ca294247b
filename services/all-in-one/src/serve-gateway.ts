import { resolve } from 'node:path';
import { createLog } from '@roamgrid/platform';
import {
  GatewayProcess,
  type GatewayOptions,
  type GatewayProcessParts,
  type RunningGateway,
} from './gateway-process.js';
import { startFaultLine } from './start-fault.js';

const DEFAULT_PORT = 8080;

const tell = (line: string): void => void process.stdout.write(`${line}\n`);
const progress = (line: string): void => void process.stderr.write(`${line}\n`);

/** What every gateway reads from its environment, in whichever shape it runs. */
export interface GatewayConfiguration {
  readonly PORT: number;
  readonly HOST: string;
  readonly DATA_DIR: string;
  readonly LOG_LEVEL: string;
  readonly DEMO: '0' | '1';
}

/** One line where a person can help, else the whole fault; status 1. */
function refuse(error: unknown, port: number): void {
  const line = startFaultLine(error, port);
  if (line === null) createLog('error').error({ err: error }, 'the gateway did not start');
  else progress(line);
  process.exitCode = 1;
}

async function serve(parts: Omit<GatewayProcessParts, 'tell' | 'exit'>): Promise<void> {
  const gateway = new GatewayProcess({ ...parts, tell, exit: (status) => process.exit(status) });
  const end = (): void => {
    gateway.stop(0);
  };
  // npm hands on what the terminal sent to the whole group already: a signal may come twice
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  const fail = (error: unknown): void => {
    createLog('error').error({ err: error }, 'a fault nobody handled; stopping');
    gateway.stop(1);
  };
  process.on('unhandledRejection', fail);
  process.on('uncaughtException', fail);
  try {
    await gateway.start();
  } catch (error) {
    // a start that a signal has broken off has not failed; whoever stops it ends the process
    if (gateway.isStopping) return;
    refuse(error, parts.options.port);
    process.exit(1);
  }
}

/**
 * What the `main.ts` of a gateway does: one process that holds the data directory and serves until a signal
 * ends it, with status 0.
 */
export async function serveGateway<Configuration extends GatewayConfiguration>(
  read: () => Configuration,
  start: (options: GatewayOptions, configuration: Configuration) => Promise<RunningGateway>,
): Promise<void> {
  try {
    const configuration = read();
    const interruption = new AbortController();
    const options: GatewayOptions = {
      port: configuration.PORT,
      host: configuration.HOST,
      dataDir: resolve(configuration.DATA_DIR),
      logLevel: configuration.LOG_LEVEL,
      log: progress,
      interruption: interruption.signal,
    };
    await serve({
      options,
      startGateway: () => start(options, configuration),
      interrupt: () => {
        interruption.abort(new Error('the start was broken off'));
      },
      isStoryWanted: configuration.DEMO === '1',
    });
  } catch (error) {
    refuse(error, DEFAULT_PORT);
  }
}
