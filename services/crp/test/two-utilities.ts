import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  publicJwk,
  type Contract,
  type PublicJwk,
  type RegistryDocument,
  type ReplyOf,
  type RequestInput,
} from '@roamgrid/contracts';
import { parseInstant } from '@roamgrid/kernel';
import { inProcessTransport, NestBus, type BusTransport } from '@roamgrid/messaging';
import { negotiationPolicySchema, type NegotiationPolicy } from '@roamgrid/negotiation';
import {
  Database,
  startTestPostgres,
  testDatabase,
  type TestDatabase,
} from '@roamgrid/persistence';
import {
  createLog,
  createServiceContext,
  createSigner,
  keyFolderOf,
  Metrics,
  openKeyFile,
  Registry,
  runService,
  systemIds,
  type Clock,
  type KeyFile,
  type RunningService,
  type Signer,
} from '@roamgrid/platform';
import { CrpModule, crpMigrations } from '../src/crp.module.js';

export const VISITED = 'duke-energy';
export const HOME = 'alabama-power';
export const ABROAD = 'northern-hydro';
const UTILITIES = [HOME, VISITED, ABROAD] as const;
type Utility = (typeof UTILITIES)[number];

const CURRENCIES = { [HOME]: 'USD', [VISITED]: 'USD', [ABROAD]: 'CAD' } as const;
const PROVIDERS = { [HOME]: 'USALA', [VISITED]: 'USDUK', [ABROAD]: 'CANOR' } as const;

/** A clock that stands still until it is moved. */
export class TestClock implements Clock {
  nowMs = parseInstant('2026-03-02T12:00:00Z');

  now(): number {
    return this.nowMs;
  }

  advanceHours(hours: number): void {
    this.nowMs += hours * 3_600_000;
  }
}

export interface CrpUnderTest {
  readonly utility: Utility;
  readonly database: Database;
  readonly signer: Signer;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Three utilities' crps on one in-process bus and one PostgreSQL, with keys of their own. */
export interface Consortium {
  readonly clock: TestClock;
  readonly transport: BusTransport;
  readonly registry: Registry;
  readonly crps: Readonly<Record<Utility, CrpUnderTest>>;
  ask<C extends Contract>(
    contract: C,
    to: Utility,
    payload: RequestInput<C>,
    from?: string,
  ): Promise<ReplyOf<C>>;
  /** what the utility has for its portal, of one kind, in order; here nobody plays the portal */
  views(utility: Utility, kind: string): Promise<{ id: string; data: Record<string, unknown> }[]>;
  stop(): Promise<void>;
}

function publicKeysOf(keyFile: KeyFile | undefined): PublicJwk[] {
  return keyFile === undefined ? [] : [publicJwk.parse(keyFile.publicJwk)];
}

function registryOf(keys: Readonly<Record<string, KeyFile>>): Registry {
  const document: RegistryDocument = {
    type: 'registry',
    schemaVersion: 1,
    version: 1,
    utilities: UTILITIES.map((utility) => ({
      utility,
      name: utility,
      cinPrefixes: [],
      contractProviders: [PROVIDERS[utility]],
      currency: CURRENCIES[utility],
      timeZone: 'America/New_York',
      keys: publicKeysOf(keys[utility]),
    })),
  };
  return new Registry(document);
}

async function startCrp(options: {
  readonly utility: Utility;
  readonly test: TestDatabase;
  readonly keyFile: KeyFile;
  readonly keyFolder: string;
  readonly registry: Registry;
  readonly transport: BusTransport;
  readonly clock: Clock;
}): Promise<CrpUnderTest> {
  const { utility, test, keyFile, keyFolder, registry, transport, clock } = options;
  const signer = createSigner(keyFile);
  const open = async (): Promise<RunningService> => {
    const context = createServiceContext({
      utility,
      service: 'crp',
      database: await Database.open({
        url: test.url,
        schema: 'crp',
        applicationName: utility,
        migrations: crpMigrations,
        random: Math.random,
      }),
      transport,
      signer,
      registry,
      clock,
      ids: systemIds,
      log: createLog('silent'),
      metrics: new Metrics(),
      secret: new Uint8Array(32),
      keyFolder,
    });
    return runService(context, CrpModule.with(context));
  };
  let running: RunningService | null = await open();
  return {
    utility,
    database: test.database,
    signer,
    async stop() {
      await running?.stop();
      running = null;
    },
    async start() {
      running ??= await open();
    },
  };
}

export async function startConsortium(): Promise<Consortium> {
  const server = await startTestPostgres();
  const folder = await mkdtemp(join(tmpdir(), 'roamgrid-crp-'));
  const [clock, transport] = [new TestClock(), inProcessTransport()];
  const keys: Record<string, KeyFile> = {};
  for (const utility of UTILITIES) {
    keys[utility] = await openKeyFile(keyFolderOf(folder, utility), 'crp', 'sig');
  }
  const registry = registryOf(keys);
  const databases: TestDatabase[] = [];
  const start = async (utility: Utility): Promise<CrpUnderTest> => {
    const test = await testDatabase(server, { schema: 'crp', migrations: crpMigrations });
    databases.push(test);
    const keyFolder = keyFolderOf(folder, utility);
    const keyFile = await openKeyFile(keyFolder, 'crp', 'sig');
    return startCrp({ utility, test, keyFile, keyFolder, registry, transport, clock });
  };
  const crps = {
    [HOME]: await start(HOME),
    [VISITED]: await start(VISITED),
    [ABROAD]: await start(ABROAD),
  };
  return {
    clock,
    transport,
    registry,
    crps,
    ask(contract, to, payload, from = `${to}/portal`) {
      const bus = new NestBus({
        client: transport.client(),
        from,
        now: () => clock.now(),
        newTraceId: () => systemIds.uuid(),
      });
      return bus.request(contract, to, payload);
    },
    async views(utility, kind) {
      const rows = await crps[utility].database.query<{
        payload: { kind: string; id: string; data: Record<string, unknown> };
      }>("SELECT payload FROM outbox WHERE subject = 'portal.project' ORDER BY id");
      return rows.map(({ payload }) => payload).filter((view) => view.kind === kind);
    },
    async stop() {
      for (const crp of Object.values(crps)) await crp.stop();
      for (const database of databases) await database.drop();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The policies that the demonstration comes to an agreement with. */
export async function demonstrationPolicies(): Promise<{
  visited: NegotiationPolicy;
  home: NegotiationPolicy;
}> {
  const path = new URL('./data/demonstration-policies.json', import.meta.url);
  const { visited, home } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  return {
    visited: negotiationPolicySchema.parse(visited),
    home: negotiationPolicySchema.parse(home),
  };
}
