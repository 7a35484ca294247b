import { resolve } from 'node:path';
import { createLog } from '@roamgrid/platform';
import { readAllInOneConfiguration, type AllInOneConfiguration } from './all-in-one.config.js';
import { GatewayProcess } from './gateway-process.js';
import { startFaultLine } from './start-fault.js';

const DEFAULT_PORT = 8080;

const tell = (line: string): void => void process.stdout.write(`${line}\n`);
const progress = (line: string): void => void process.stderr.write(`${line}\n`);

/** One line where a person can help, else the whole fault; status 1. */
function refuse(error: unknown, port: number): void {
  const line = startFaultLine(error, port);
  if (line === null) createLog('error').error({ err: error }, 'the gateway did not start');
  else progress(line);
  process.exitCode = 1;
}

async function serve(configuration: AllInOneConfiguration): Promise<void> {
  const gateway = new GatewayProcess({
    configuration,
    dataDir: resolve(configuration.DATA_DIR),
    tell,
    progress,
    exit: (status) => process.exit(status),
  });
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
    refuse(error, configuration.PORT);
    process.exit(1);
  }
}

try {
  await serve(readAllInOneConfiguration());
} catch (error) {
  refuse(error, DEFAULT_PORT);
}
