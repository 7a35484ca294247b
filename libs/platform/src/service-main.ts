import { inProcessTransport, natsTransport } from '@roamgrid/messaging';
import type { DynamicModule } from '@nestjs/common';
import type { MigrationClass } from '@roamgrid/persistence';
import { systemClock } from './clock.js';
import { systemIds } from './ids.js';
import { createLog } from './log.js';
import { Metrics } from './metrics.js';
import { loadRegistry, openService } from './open-service.js';
import { runProgram } from './run-program.js';
import { runService, type RunningService } from './run-service.js';
import type { ServiceContext } from './service-context.js';

export interface ServiceConfiguration {
  readonly UTILITY: string;
  readonly SERVICE_DATABASE_URL: string;
  readonly DATA_DIR: string;
  readonly LOG_LEVEL: string;
  readonly NATS_URL?: string | undefined;
}

export interface ServiceMainOptions<Configuration extends ServiceConfiguration> {
  readonly service: string;
  /** read when the service starts, so that what is wrong in it is told in one line */
  readonly readConfiguration: () => Configuration;
  readonly migrations: readonly MigrationClass[];
  readonly module: (
    context: ServiceContext,
    configuration: Configuration,
  ) => DynamicModule | Promise<DynamicModule>;
}

async function start<Configuration extends ServiceConfiguration>(
  options: ServiceMainOptions<Configuration>,
): Promise<RunningService> {
  const { service } = options;
  const configuration = options.readConfiguration();
  const log = createLog(configuration.LOG_LEVEL);
  const context = await openService({
    utility: configuration.UTILITY,
    service,
    databaseUrl: configuration.SERVICE_DATABASE_URL,
    dataDir: configuration.DATA_DIR,
    migrations: options.migrations,
    transport:
      configuration.NATS_URL === undefined
        ? inProcessTransport()
        : natsTransport(configuration.NATS_URL),
    registry: await loadRegistry(configuration.DATA_DIR),
    clock: systemClock,
    ids: systemIds,
    random: Math.random,
    log,
    metrics: new Metrics(),
  });
  const running = await runService(context, await options.module(context, configuration));
  log.info(`${configuration.UTILITY}/${service} is listening`);
  return running;
}

/** What the `main.ts` of a utility's service does: open, listen, and stop on a signal. */
export async function serviceMain<Configuration extends ServiceConfiguration>(
  options: ServiceMainOptions<Configuration>,
): Promise<void> {
  await runProgram(() => start(options));
}
