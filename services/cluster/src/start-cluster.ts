import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  openConsortium,
  openConsortiumRegistry,
  openCredentials,
  endFirstStart,
  provisionConsortium,
  Started,
  type CredentialsFile,
  type Databases,
  type GatewayOptions,
  type RunningGateway,
} from '@roamgrid/all-in-one/installation';
import { findNatsServer } from '@roamgrid/messaging';
import { ConfigurationError, createLog, systemIds, type Registry } from '@roamgrid/platform';
import { LocalAddresses } from './addresses.js';
import { endLeftOver } from './bus/end-left-over.js';
import { writeBusConfiguration } from './bus/write-bus-configuration.js';
import {
  builderEnvironment,
  inheritedEnvironment,
  ledgerEnvironment,
  outwardEnvironment,
  type ClusterConfiguration,
} from './cluster.config.js';
import {
  busUrl,
  openBusPasswords,
  openDatabases,
  seedThroughBus,
  writeClients,
} from './foundation.js';
import {
  planEdge,
  planServices,
  STARTED_SERVICES,
  type PlanParts,
} from './processes/plan-processes.js';
import type { ProcessPlan } from './processes/supervised-process.js';
import { bundlePrograms } from './programs/bundle-programs.js';
import { HostProcesses, membersPath } from './host-processes.js';
import { Supervisor, waitUntilReady } from './supervisor.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * The router and the services of every utility, each a process of its own, over PostgreSQL and a nats-server
 * in which every utility has an account of its own.
 *
 * @throws DatabaseStartError, ConfigurationError, or a system error, after everything started was stopped
 */
export async function startCluster(
  options: GatewayOptions,
  configuration: ClusterConfiguration,
): Promise<RunningGateway> {
  const started = new Started();
  try {
    return await start(options, configuration, started);
  } catch (error) {
    await started.stop();
    throw error;
  }
}

async function start(
  options: GatewayOptions,
  configuration: ClusterConfiguration,
  started: Started,
): Promise<RunningGateway> {
  const supervisor = new Supervisor(options.dataDir, options.log);
  started.add(() => supervisor.close());
  const foundation = await layFoundation({ options, supervisor }, configuration, started);
  const { parts, nats, credentials, addresses } = foundation;
  const wave = (plans: readonly ProcessPlan[]): ReturnType<Supervisor['start']> => {
    const before = supervisor.count;
    started.add(() => supervisor.stopSince(before));
    return supervisor.start(plans);
  };
  wave([nats]);
  await waitUntilReady(wave(planServices(parts)));
  const fresh = await seedThroughBus(options, parts, credentials.current);
  await endFirstStart({ dataDir: options.dataDir, databases: foundation.databases });
  const members = new HostProcesses({ ...foundation, supervisor, wave });
  await members.writeMembers();
  const consortium = await openConsortium({
    ...foundation,
    dataDir: options.dataDir,
    members,
    host: addresses.host,
    port: addresses.portOf('consortium'),
    jwksUri: `${addresses.originOf('identity')}/oidc/jwks`,
    log: createLog(options.logLevel),
  });
  started.add(() => consortium.stop());
  const edge = planEdge(parts, options.port, {
    CONSORTIUM_URL: addresses.originOf('consortium'),
    MEMBERS_FILE: membersPath(options.dataDir),
  });
  await waitUntilReady(wave([edge]));
  return { baseUrl: credentials.current.baseUrl, fresh, stop: () => started.stop() };
}

interface Foundation {
  readonly parts: PlanParts;
  readonly nats: ProcessPlan;
  readonly credentials: CredentialsFile;
  readonly addresses: LocalAddresses;
  readonly registry: Registry;
  readonly databases: Databases;
  /** writes who may say what on the bus, all but one user. @returns the file's path */
  readonly writeBus: (utilities: readonly string[], without?: string) => Promise<string>;
}

/** What all processes stand on: database, registry, credentials, and who may say what on the bus. */
async function layFoundation(
  { options, supervisor }: { options: GatewayOptions; supervisor: Supervisor },
  configuration: ClusterConfiguration,
  started: Started,
): Promise<Foundation> {
  const { dataDir, host, port, logLevel, log } = options;
  const program = await findProgram(configuration, log);
  const [programOf, databases] = await Promise.all([
    bundlePrograms({ root: ROOT, services: STARTED_SERVICES, log }),
    openDatabases(configuration.DATABASE_URL, options, started, supervisor),
  ]);
  const registry = await openConsortiumRegistry(dataDir);
  const utilities = registry.utilities.map((entry) => entry.utility);
  await provisionConsortium({ dataDir, databases, ids: systemIds }, utilities);
  options.interruption?.throwIfAborted();
  const baseUrl = `http://${host}:${String(port)}`;
  const credentials = await openCredentials(dataDir, baseUrl, systemIds);
  const speaking = utilities.filter((slug) => !configuration.SILENT_UTILITIES.includes(slug));
  const addresses = await LocalAddresses.choose(speaking, Math.random);
  const passwordOf = await openBusPasswords(dataDir);
  const listen = `${addresses.host}:${String(addresses.portOf('nats-server'))}`;
  const writeBus: Foundation['writeBus'] = (members, without) =>
    writeBusConfiguration({ dataDir, listen, utilities: members, passwordOf, without });
  const file = await writeBus(utilities);
  const pidFile = join(dataDir, 'nats-server.pid');
  await endLeftOver(pidFile, file);
  const inherited = inheritedEnvironment();
  return {
    credentials,
    addresses,
    registry,
    databases,
    writeBus,
    nats: {
      name: 'nats-server',
      program,
      args: ['-c', file, '-P', pidFile],
      env: inherited,
      isQuiet: true,
    },
    parts: {
      utilities: speaking,
      dataDir,
      logLevel,
      addresses,
      publicHost: host,
      programOf,
      inherited,
      issuer: credentials.current.issuer,
      identityClients: await writeClients(dataDir, credentials.current, registry),
      databaseUrlOf: (utility, service) => databases.urlOf(utility, service),
      ledgerUrl: databases.ledgerUrl(),
      ledgerChoice: ledgerEnvironment(configuration),
      outward: outwardEnvironment(configuration),
      identityUrl: databases.identityUrl(),
      busUrlOf: (user) => busUrl(user, passwordOf(user), listen),
    },
  };
}

/** @throws ConfigurationError where there is no nats-server and none can be built */
async function findProgram(
  { NATS_SERVER_BIN }: ClusterConfiguration,
  log: (line: string) => void,
): Promise<string> {
  const found = await findNatsServer({
    named: NATS_SERVER_BIN,
    cacheDir: join(ROOT, '.cache', 'bin'),
    environment: builderEnvironment(),
    log,
  });
  if ('missing' in found) throw new ConfigurationError(`the cluster needs ${found.missing}`);
  return found.path;
}
