import { join } from 'node:path';
import type { BusTransport } from '@roamgrid/messaging';
import { Database, type MigrationClass } from '@roamgrid/persistence';
import type { Clock } from './clock.js';
import type { IdSource } from './ids.js';
import { openKeyFile, openSecretFile } from './key-files.js';
import type { Log } from './log.js';
import type { Metrics } from './metrics.js';
import type { Registry } from './registry.js';
import { createServiceContext, type ServiceContext } from './service-context.js';
import { createSigner } from './signer.js';

export interface OpenServiceOptions {
  readonly utility: string;
  readonly service: string;
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly migrations: readonly MigrationClass[];
  readonly transport: BusTransport;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
}

export function keyFolderOf(dataDir: string, utility: string): string {
  return join(dataDir, 'keys', utility);
}

/** Opens the service's schema (migrated), its key and its place on the bus. */
export async function openService(options: OpenServiceOptions): Promise<ServiceContext> {
  const keyFolder = keyFolderOf(options.dataDir, options.utility);
  const [database, keyFile, secret] = await Promise.all([
    Database.open({
      url: options.databaseUrl,
      schema: options.service,
      applicationName: `${options.utility}/${options.service}`,
      migrations: options.migrations,
      random: options.random,
    }),
    openKeyFile(keyFolder, options.service, 'sig'),
    openSecretFile(keyFolder, options.service),
  ]);
  const { utility, service, transport, registry, clock, ids, log, metrics } = options;
  const signer = createSigner(keyFile);
  return createServiceContext({
    utility,
    service,
    database,
    transport,
    signer,
    registry,
    clock,
    ids,
    metrics,
    secret,
    keyFolder,
    log: log.child({ utility, service }),
  });
}
