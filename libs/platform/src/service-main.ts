import { inProcessTransport, natsTransport } from '@roamgrid/messaging';
import type { DynamicModule } from '@nestjs/common';
import type { MigrationClass } from '@roamgrid/persistence';
import { systemClock } from './clock.js';
import { systemIds } from './ids.js';
import { createLog } from './log.js';
import { Metrics } from './metrics.js';
import { openService } from './open-service.js';
import { loadRegistry } from './registry-file.js';
import { startProbe, type ProbeOptions } from './probe.js';
import { runProgram } from './run-program.js';
import { runService } from './run-service.js';
import type { ServiceContext } from './service-context.js';
import { serviceHealth } from './service-health.js';

export interface ServiceConfiguration {
  readonly UTILITY: string;
  readonly SERVICE_DATABASE_URL: string;
  readonly DATA_DIR: string;
  readonly LOG_LEVEL: string;
  readonly NATS_URL?: string | undefined;
}

export interface ServiceMainOptions {
  readonly service: string;
  /** read when the service starts, so that what is wrong in it is told in one line */
  readonly readConfiguration: () => ServiceConfiguration & ProbeOptions['configuration'];
  readonly migrations: readonly MigrationClass[];
  readonly module: (context: ServiceContext) => DynamicModule | Promise<DynamicModule>;
}

/** What the `main.ts` of a utility's service does: open, listen, tell how it is, and stop on a signal. */
export async function serviceMain(options: ServiceMainOptions): Promise<void> {
  await runProgram(async () => {
    const configuration = options.readConfiguration();
    const metrics = new Metrics();
    const context = await openAlone(options, configuration, metrics);
    const running = await runService(context, await options.module(context));
    const probe = await startProbe({
      program: `${configuration.UTILITY}/${options.service}`,
      configuration,
      metrics,
      health: async () => [await serviceHealth(context)],
    });
    context.log.info('listening');
    return {
      async stop() {
        await probe.stop();
        await running.stop();
      },
    };
  });
}

async function openAlone(
  { service, migrations }: ServiceMainOptions,
  { UTILITY, SERVICE_DATABASE_URL, DATA_DIR, LOG_LEVEL, NATS_URL }: ServiceConfiguration,
  metrics: Metrics,
): Promise<ServiceContext> {
  const log = createLog(LOG_LEVEL);
  return openService({
    utility: UTILITY,
    service,
    databaseUrl: SERVICE_DATABASE_URL,
    dataDir: DATA_DIR,
    migrations,
    transport: NATS_URL === undefined ? inProcessTransport() : natsTransport(NATS_URL),
    registry: await loadRegistry(DATA_DIR, (error) => {
      log.error({ error: String(error) }, 'a new version of the registry was not taken');
    }),
    clock: systemClock,
    ids: systemIds,
    random: Math.random,
    log,
    metrics,
  });
}
