import { mspOf, SettlementContract } from '@roamgrid/chaincode';
import { openLedger } from '@roamgrid/ledger';
import { asyncApiDocument, mergeOpenApi, startEdge } from '@roamgrid/edge';
import { identityMigrations, startIdentity } from '@roamgrid/identity';
import { inProcessTransport, natsTransport, NestBus, type Bus } from '@roamgrid/messaging';
import { Database, openPostgres } from '@roamgrid/persistence';
import {
  createLog,
  keyFolderOf,
  Metrics,
  openSecretFile,
  systemClock,
  systemIds,
  watchProcess,
  withMetrics,
} from '@roamgrid/platform';
import { openApiDocument } from '@roamgrid/portal';
import { startRouter, stationApiDocument } from '@roamgrid/router';
import { consortiumApiDocument } from './consortium/consortium-api-document.js';
import { HostInProcess } from './consortium/host-in-process.js';
import { openConsortium } from './consortium/open-consortium.js';
import { openConsortiumRegistry } from './consortium/registry-store.js';
import { Databases } from './databases.js';
import { openCredentials, type CredentialsFile } from './demonstration/credentials-file.js';
import { endFirstStart, provisionConsortium } from './demonstration/first-start.js';
import { seedOnce } from './demonstration/seed-once.js';
import type { GatewayOptions, RunningGateway } from './gateway-process.js';
import { gatewayHealth } from './gateway-health.js';
import { identityClients } from './identity-clients.js';
import { Started } from './started.js';
import type { RunningUtility, UtilityServicesParts } from './utility-services.js';

export interface AllInOneOptions extends GatewayOptions {
  readonly databaseUrl?: string | undefined;
  readonly natsUrl?: string | undefined;
  /** utilities whose services are not started */
  readonly silentUtilities?: readonly string[] | undefined;
  /** of a Fabric channel; without it the contract runs in this process */
  readonly connectionFile?: string | undefined;
  /** systems that money leaves for */
  readonly outward?: UtilityServicesParts['outward'];
}

export interface RunningAllInOne extends RunningGateway {
  /** for programs in the same process: measurements, tests */
  readonly bus: Bus;
  databaseOf(utility: string, service: string): Database;
}

/** Each opens five schemas: more at once than this, and a small machine lets connections wait too long. */
const STARTED_AT_ONCE = 4;

/**
 * The router and all utilities of the demonstration consortium in one process.
 *
 * @throws DatabaseStartError, or a system error (`EADDRINUSE`), after everything started was stopped
 */
export async function startGateway(config: AllInOneOptions): Promise<RunningAllInOne> {
  const started = new Started();
  try {
    return await start(config, started);
  } catch (error) {
    await started.stop();
    throw error;
  }
}

async function start(config: AllInOneOptions, started: Started): Promise<RunningAllInOne> {
  const foundation = await layFoundation(config, started);
  const { credentials, transport, ids, clock, metrics, log, registry } = foundation;
  const host = await startUtilities(config, foundation, started);
  const now = (): number => clock.now();
  const bus = withMetrics(
    new NestBus({
      client: transport.client(),
      from: 'router',
      now,
      newTraceId: () => ids.uuid(),
    }),
    metrics,
    now,
  );
  started.add(() => bus.close());
  const fresh = await seedOnce(config, { bus, clock, credentials: credentials.current });
  await endFirstStart({ dataDir: config.dataDir, databases: foundation.databases });
  const router = await startRouter(
    { bus, transport, registry, clock, ids, log, metrics, utilities: null },
    { host: config.host, port: 0 },
  );
  started.add(() => router.stop());
  await openPublicPort(config, foundation, host, router.port, started);
  return {
    baseUrl: foundation.baseUrl,
    fresh,
    bus,
    databaseOf: (utility, service) => databaseIn(host.running, utility, service),
    stop: () => started.stop(),
  };
}

/** What all parts stand on: databases, registry, ledger, keys, the authorization server, the bus. */
interface Foundation extends Pick<
  UtilityServicesParts,
  | 'clock'
  | 'ids'
  | 'metrics'
  | 'log'
  | 'registry'
  | 'ledger'
  | 'transport'
  | 'databases'
  | 'jwksUri'
> {
  readonly baseUrl: string;
  readonly credentials: CredentialsFile;
  readonly identityPort: number;
}

async function layFoundation(config: AllInOneOptions, started: Started): Promise<Foundation> {
  const { dataDir, host, port } = config;
  const [clock, ids, metrics] = [systemClock, systemIds, new Metrics()];
  watchProcess(metrics.registry, 'all-in-one');
  const log = createLog(config.logLevel);
  const baseUrl = `http://${host}:${String(port)}`;
  const postgres = await openPostgres({
    databaseUrl: config.databaseUrl,
    dataDir,
    durable: true,
    log: (line) => {
      log.debug(line);
    },
    tell: config.log,
    keepRunning: { tell: config.log, onChange: () => undefined },
  });
  started.add(() => postgres.stop());
  config.interruption?.throwIfAborted();
  const registry = await openConsortiumRegistry(dataDir);
  const databases = await openDatabases(config, registry, postgres.url);
  const ledger = await openLedger({
    databaseUrl: databases.ledgerUrl(),
    connectionFile: config.connectionFile,
    contract: new SettlementContract(),
    mspOf,
    now: () => clock.now(),
    newTransactionId: () => ids.salt(),
    random: Math.random,
  });
  started.add(() => ledger.close());
  const credentials = await openCredentials(dataDir, baseUrl, ids);
  const identityDatabase = await openIdentityDatabase(databases);
  started.add(() => identityDatabase.close());
  const identity = await startIdentity({
    issuer: credentials.current.issuer,
    host,
    port: 0,
    clients: identityClients(credentials.current, registry.utilities),
    laterClient: (clientId) =>
      identityClients(credentials.current, registry.utilities).find(
        (client) => client.clientId === clientId,
      ),
    keyFolder: keyFolderOf(dataDir, 'identity'),
    log,
    database: identityDatabase,
  });
  started.add(() => identity.stop());
  const { natsUrl } = config;
  const transport = natsUrl === undefined ? inProcessTransport() : natsTransport(natsUrl);
  const identityPort = identity.port;
  const jwksUri = `http://${host}:${String(identityPort)}/oidc/jwks`;
  return {
    baseUrl,
    clock,
    ids,
    metrics,
    log,
    registry,
    databases,
    ledger,
    credentials,
    identityPort,
    jwksUri,
    transport,
  };
}

async function openDatabases(
  { dataDir, interruption }: AllInOneOptions,
  { utilities }: Foundation['registry'],
  adminUrl: string,
): Promise<Databases> {
  const secret = await openSecretFile(keyFolderOf(dataDir, 'consortium'), 'database-roles');
  const databases = new Databases({ adminUrl, secret });
  const names = utilities.map(({ utility }) => utility);
  await provisionConsortium({ dataDir, databases, ids: systemIds }, names);
  interruption?.throwIfAborted();
  return databases;
}

/** What the authorization server remembers beyond a restart. */
function openIdentityDatabase(databases: Databases): Promise<Database> {
  return Database.open({
    url: databases.identityUrl(),
    schema: 'identity',
    applicationName: 'identity',
    migrations: identityMigrations,
    random: Math.random,
  });
}

async function startUtilities(
  config: AllInOneOptions,
  foundation: Foundation,
  started: Started,
): Promise<HostInProcess> {
  const { registry, credentials } = foundation;
  const parts: UtilityServicesParts = {
    ...foundation,
    dataDir: config.dataDir,
    host: config.host,
    random: Math.random,
    outward: config.outward,
    issuer: credentials.current.issuer,
  };
  const host = new HostInProcess(parts, started);
  const silent = config.silentUtilities ?? [];
  const waiting = registry.utilities
    .map(({ utility }) => utility)
    .filter((utility) => !silent.includes(utility));
  while (waiting.length > 0) {
    config.interruption?.throwIfAborted();
    await Promise.all(waiting.splice(0, STARTED_AT_ONCE).map((utility) => host.start(utility)));
  }
  return host;
}

async function openPublicPort(
  config: AllInOneOptions,
  foundation: Foundation,
  members: HostInProcess,
  routerPort: number,
  started: Started,
): Promise<void> {
  const { baseUrl, ledger, metrics, ids, log, identityPort } = foundation;
  const { host, port, dataDir } = config;
  const at = (innerPort: number): string => `http://${host}:${String(innerPort)}`;
  const openApi = mergeOpenApi([
    openApiDocument(baseUrl),
    stationApiDocument(),
    consortiumApiDocument(),
  ]);
  const consortium = await openConsortium({ ...foundation, dataDir, members, host, port: 0 });
  started.add(() => consortium.stop());
  const edge = await startEdge({
    host,
    port,
    upstreams: {
      router: at(routerPort),
      identity: at(identityPort),
      consortium: at(consortium.port),
      get portals() {
        return members.portals;
      },
    },
    health: () => gatewayHealth(members.running, ledger),
    metrics: () => metrics.text(),
    documents: { openApi: () => Promise.resolve(openApi), asyncApi: asyncApiDocument() },
    newTraceId: () => ids.uuid(),
    log,
  });
  started.add(() => edge.stop());
}

function databaseIn(
  running: readonly RunningUtility[],
  utility: string,
  service: string,
): Database {
  const context = running
    .flatMap(({ contexts }) => contexts)
    .find((candidate) => candidate.utility === utility && candidate.service === service);
  if (context === undefined) throw new Error(`no service ${utility}/${service} runs here`);
  return context.database;
}
