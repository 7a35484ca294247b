import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  Databases,
  identityClients,
  isSeeded,
  seedOnce,
  type DemoCredentials,
  type GatewayOptions,
  type Started,
} from '@roamgrid/all-in-one/installation';
import { openPostgres } from '@roamgrid/persistence';
import {
  createLog,
  keyedHash,
  keyFolderOf,
  openSecretFile,
  systemClock,
  type Registry,
} from '@roamgrid/platform';
import { openAdministrators } from './bus/administrators.js';
import type { PlanParts } from './processes/plan-processes.js';
import type { Supervisor } from './supervisor.js';

/** Each user's password on the bus follows from one secret of the consortium. */
export async function openBusPasswords(dataDir: string): Promise<(user: string) => string> {
  const secret = await openSecretFile(keyFolderOf(dataDir, 'consortium'), 'bus-users');
  return (user) => keyedHash(secret, user);
}

/** `nats://duke-energy%2Faaa:…@127.0.0.1:4222` */
export function busUrl(user: string, password: string, address: string): string {
  return `nats://${encodeURIComponent(user)}:${password}@${address}`;
}

/**
 * The databases of the consortium, on the given server or on one of our own.
 *
 * @param supervisor lists a server of our own, which is then started again whenever it ends
 */
export async function openDatabases(
  databaseUrl: string | undefined,
  {
    dataDir,
    logLevel,
    log: tell,
  }: Pick<GatewayOptions, 'dataDir' | 'logLevel'> & Partial<Pick<GatewayOptions, 'log'>>,
  started: Started,
  supervisor: Supervisor | null = null,
): Promise<Databases> {
  const log = createLog(logLevel);
  const postgres = await openPostgres({
    databaseUrl,
    dataDir,
    durable: true,
    log: (line) => {
      log.debug(line);
    },
    ...(tell === undefined ? {} : { tell }),
    ...(supervisor === null ? {} : { keepRunning: supervisor }),
  });
  started.add(() => postgres.stop());
  supervisor?.list('postgres', () => postgres.pid);
  return new Databases({
    adminUrl: postgres.url,
    secret: await openSecretFile(keyFolderOf(dataDir, 'consortium'), 'database-roles'),
  });
}

/** Whole or not at all: programs read it whenever it changes. */
export async function writeWhole(path: string, value: unknown): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(value, null, 2), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** The programs that identity knows, in the form it reads. @returns the file's path */
export async function writeClients(
  dataDir: string,
  credentials: DemoCredentials,
  registry: Registry,
): Promise<string> {
  const path = join(dataDir, 'identity-clients.json');
  const clients = identityClients(credentials, registry.utilities);
  await writeWhole(path, clients);
  return path;
}

/** Fills an empty consortium as each utility's own administrator. @returns whether it was filled now */
export async function seedThroughBus(
  options: Pick<GatewayOptions, 'dataDir' | 'log' | 'interruption'>,
  { utilities, busUrlOf }: Pick<PlanParts, 'utilities' | 'busUrlOf'>,
  credentials: DemoCredentials,
): Promise<boolean> {
  if (await isSeeded(options.dataDir)) return false;
  const bus = openAdministrators(utilities, busUrlOf);
  try {
    return await seedOnce(options, { bus, clock: systemClock, credentials });
  } finally {
    await bus.close();
  }
}
