import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  openConsortiumRegistry,
  openCredentials,
  Started,
  type DemoCredentials,
} from '@roamgrid/all-in-one/installation';
import { systemIds } from '@roamgrid/platform';
import { ContainerAddresses, containerOf } from './addresses.js';
import { writeBusConfiguration } from './bus/write-bus-configuration.js';
import type { ContainersConfiguration } from './cluster.config.js';
import {
  busUrl,
  openBusPasswords,
  openDatabases,
  seedThroughBus,
  writeClients,
} from './foundation.js';
import { planEdge, planServices, type PlanParts } from './processes/plan-processes.js';
import type { ProcessPlan } from './processes/supervised-process.js';

const log = (line: string): void => void process.stderr.write(`${line}\n`);

/**
 * What has to lie in the common volume before the containers start: registry and keys, databases and roles, who
 * may say what on the bus, and for each program a file with what it alone may know. Safe to run again.
 */
export async function prepareContainers(configuration: ContainersConfiguration): Promise<void> {
  const started = new Started();
  try {
    const { parts, passwordOf } = await describe(configuration, started);
    const { utilities, dataDir } = parts;
    await writeBusConfiguration({ dataDir, listen: '0.0.0.0:4222', utilities, passwordOf });
    const plans = [...planServices(parts), planEdge(parts, configuration.PORT)];
    await mkdir(join(dataDir, 'processes'), { recursive: true, mode: 0o700 });
    await Promise.all(plans.map((plan) => writeEnvironment(dataDir, plan)));
    log(`Prepared ${String(plans.length)} programs in ${dataDir}.`);
  } finally {
    await started.stop();
  }
}

/** Fills an empty consortium with the demonstration, once its services run. */
export async function seedContainers(configuration: ContainersConfiguration): Promise<void> {
  const started = new Started();
  try {
    const { parts, credentials } = await describe(configuration, started);
    const options = { dataDir: parts.dataDir, log };
    const isFresh = await seedThroughBus(options, parts, credentials);
    log(isFresh ? 'The demonstration is seeded.' : 'The demonstration was seeded before.');
  } finally {
    await started.stop();
  }
}

interface Described {
  readonly parts: PlanParts;
  readonly credentials: DemoCredentials;
  readonly passwordOf: (user: string) => string;
}

async function describe(
  { DATA_DIR: dataDir, DATABASE_URL, LOG_LEVEL: logLevel, PUBLIC_URL }: ContainersConfiguration,
  started: Started,
): Promise<Described> {
  const databases = await openDatabases(DATABASE_URL, { dataDir, logLevel }, started);
  const registry = await openConsortiumRegistry(dataDir);
  const utilities = registry.utilities.map((entry) => entry.utility);
  await databases.provision(utilities);
  const { current: credentials } = await openCredentials(dataDir, PUBLIC_URL, systemIds);
  const passwordOf = await openBusPasswords(dataDir);
  const addresses = new ContainerAddresses(utilities);
  const bus = `nats-server:${String(addresses.portOf('nats-server'))}`;
  const parts: PlanParts = {
    utilities,
    dataDir,
    logLevel,
    addresses,
    publicHost: addresses.host,
    programOf: (service) => service,
    inherited: {},
    issuer: credentials.issuer,
    identityClients: await writeClients(dataDir, credentials, registry),
    databaseUrlOf: (utility, service) => databases.urlOf(utility, service),
    ledgerUrl: databases.ledgerUrl(),
    ledgerChoice: {},
    identityUrl: databases.identityUrl(),
    // a container is given what it may reach outside by whoever runs it
    outward: {},
    busUrlOf: (user) => busUrl(user, passwordOf(user), bus),
  };
  return { parts, credentials, passwordOf };
}

/** Lines that a shell reads; `deploy/run.sh` does. */
async function writeEnvironment(
  dataDir: string,
  { name, utility, env }: ProcessPlan,
): Promise<void> {
  const path = join(dataDir, 'processes', `${containerOf(name, utility)}.env`);
  const lines = Object.entries(env).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}='${value.replaceAll("'", `'\\''`)}'\n`],
  );
  await writeFile(path, lines.join(''), { mode: 0o600 });
}
