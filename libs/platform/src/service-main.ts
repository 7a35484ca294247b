import { inProcessTransport, natsTransport } from '@roamgrid/messaging';
import type { DynamicModule } from '@nestjs/common';
import type { MigrationClass } from '@roamgrid/persistence';
import { systemClock } from './clock.js';
import { systemIds } from './ids.js';
import { createLog } from './log.js';
import { Metrics } from './metrics.js';
import { loadRegistry, openService } from './open-service.js';
import { runService } from './run-service.js';
import type { ServiceContext } from './service-context.js';

export interface ServiceMainOptions {
  readonly service: string;
  readonly configuration: {
    readonly UTILITY: string;
    readonly SERVICE_DATABASE_URL: string;
    readonly DATA_DIR: string;
    readonly LOG_LEVEL: string;
    readonly NATS_URL?: string | undefined;
  };
  readonly migrations: readonly MigrationClass[];
  readonly module: (context: ServiceContext) => DynamicModule | Promise<DynamicModule>;
}

/** What the `main.ts` of a utility's service does: open, listen, and stop on a signal. */
export async function serviceMain(options: ServiceMainOptions): Promise<void> {
  const { configuration, service } = options;
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
  const running = await runService(context, await options.module(context));
  const stop = (): void => {
    running.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ error: String(error) }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  log.info(`${configuration.UTILITY}/${service} is listening`);
}
