import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  chargeRecord,
  publicJwk,
  type authenticateConsumer,
  type RegistryDocument,
  type ReplyOf,
  type SignedStationRecord,
} from '@roamgrid/contracts';
import {
  startTestPostgres,
  testDatabase,
  type Database,
  type PostgresServer,
} from '@roamgrid/persistence';
import {
  createSigner,
  keyedHash,
  keyFolderOf,
  Metrics,
  openKeyFile,
  Registry,
  systemIds,
  Verifier,
  type Signer,
} from '@roamgrid/platform';
import { aaaMigrations } from '../src/aaa.module.js';
import { aaaUseCases, type AaaUseCases, type AllAaaParts } from '../src/aaa.use-cases.js';
import { IdentifierSeal } from '../src/adapters/identifier-seal.js';
import { PostgresEventStore } from '../src/adapters/postgres-event-store.js';
import { PostgresStations } from '../src/adapters/postgres-stations.js';
import { PostgresStore } from '../src/adapters/postgres-store.js';
import { PostgresStandings } from '../src/adapters/postgres-standings.js';
import { PostgresVisits } from '../src/adapters/postgres-visits.js';
import { RememberedVisits } from '../src/remembered-visits.js';
import { ShownLately } from '../src/shown-lately.js';
import { SilentHomes } from '../src/silent-homes.js';
import { HOME, VISITED, type Signers } from './documents.js';
import { StandInNeighbours } from './stand-in-neighbours.js';
import { TestClock } from './test-clock.js';

export const LOCATION = {
  address: '1 Test Street',
  city: 'Charlotte',
  country: 'USA',
  coordinates: { latitude: '35.22709', longitude: '-80.84313' },
};
export const PLUG = {
  standard: 'IEC_62196_T2' as const,
  format: 'SOCKET' as const,
  powerType: 'AC_3_PHASE' as const,
};

export const SECRET = new Uint8Array(32).fill(7);
const SERVICES = ['aaa', 'crp', 'profiles'] as const;

export interface Keys {
  readonly registry: Registry;
  readonly folder: string;
  signer(utility: string, service: (typeof SERVICES)[number]): Promise<Signer>;
}

/** Keys of both utilities in a folder of their own, and the registry that publishes them. */
export async function openKeys(): Promise<Keys> {
  const folder = await mkdtemp(join(tmpdir(), 'roamgrid-aaa-'));
  const open = (utility: string, service: string) =>
    openKeyFile(keyFolderOf(folder, utility), service, 'sig');
  const utilities: RegistryDocument['utilities'] = [];
  for (const utility of [HOME, VISITED]) {
    const keys = await Promise.all(SERVICES.map((service) => open(utility, service)));
    utilities.push({
      utility,
      name: utility === VISITED ? 'Duke Energy' : 'Alabama Power',
      cinPrefixes: [],
      contractProviders: [],
      currency: 'USD',
      timeZone: 'America/New_York',
      keys: keys.map((key) => publicJwk.parse(key.publicJwk)),
    });
  }
  return {
    folder,
    registry: new Registry({ type: 'registry', schemaVersion: 1, version: 1, utilities }),
    signer: async (utility, service) => createSigner(await open(utility, service)),
  };
}

export interface Sent {
  readonly to: string;
  readonly subject: string;
  readonly payload: Record<string, unknown>;
}

/** One utility's AAA on a database of its own; whoever it asks is stood in for. */
export class AaaUnderTest {
  readonly neighbours: StandInNeighbours;
  readonly useCases: AaaUseCases;
  readonly parts: AllAaaParts;
  readonly database: Database;
  readonly clock: TestClock;
  /** home's verdict on a consumer, as its profiles would give it */
  consumer: ReplyOf<typeof authenticateConsumer> = {
    decision: 'accepted',
    consumerId: 'consumer-1',
    pseudonym: 'ps-1',
    customerClass: 'residential',
    assurance: 'claimed',
    maxConcurrentSessions: 1,
  };
  #read = 0n;

  constructor(options: {
    utility: string;
    database: Database;
    clock: TestClock;
    keys: Keys;
    signer: Signer;
    signers: Signers;
  }) {
    const { utility, database, clock, keys, signer, signers } = options;
    this.database = database;
    this.clock = clock;
    this.neighbours = new StandInNeighbours(signers);
    this.parts = {
      utility,
      utilityName: keys.registry.entry(utility).name,
      partners: () => [utility === HOME ? VISITED : HOME],
      store: new PostgresStore(database, utility, new Metrics()),
      events: new PostgresEventStore(database, utility),
      stations: new PostgresStations(database, utility),
      visits: new PostgresVisits(database),
      standings: new PostgresStandings(database),
      neighbours: this.neighbours,
      remembered: new RememberedVisits(),
      silentHomes: new SilentHomes(clock),
      shownLately: new ShownLately(clock),
      signer,
      verifier: new Verifier(keys.registry),
      clock,
      ids: systemIds,
      identityKeyOf: ({ kind, value }) => keyedHash(SECRET, `${kind}:${value}`),
      sealIdentifier: (identity) => new IdentifierSeal(SECRET).close(identity),
      passwordKeyOf: (digest) => keyedHash(SECRET, digest),
      authenticate: () => Promise.resolve(this.consumer),
    };
    this.useCases = aaaUseCases(this.parts);
  }

  registerStation(
    stationId: string,
    connectorIds: readonly number[] = [1, 2],
    meterSerial: string | null = null,
    meterKey?: string,
  ): Promise<SignedStationRecord> {
    return this.useCases.registerStation({
      record: {
        type: 'stationRecord',
        schemaVersion: 1,
        stationId,
        provider: 'queen-city-parking',
        providerSharePercentage: '10',
        place: 'Charlotte NC',
        location: LOCATION,
        timeZone: 'America/New_York',
        stationClass: 'AC',
        taxes: [],
        evses: connectorIds.map((connectorId) => ({
          connectorId,
          powerW: '22000',
          currentType: 'AC' as const,
          meterSerial,
          ...(meterKey === undefined ? {} : { meterKey }),
          plug: PLUG,
        })),
      },
      passwordDigest: 'd'.repeat(64),
    });
  }

  /** what went to the outbox since the last look, in order */
  async sent(subject?: string): Promise<Sent[]> {
    const rows = await this.database.query<Sent & { id: bigint }>(
      'SELECT id, to_utility AS to, subject, payload FROM outbox WHERE id > $1 ORDER BY id',
      [this.#read],
    );
    this.#read = rows.at(-1)?.id ?? this.#read;
    return rows.filter((row) => subject === undefined || row.subject === subject);
  }

  async suspense(
    stationId: string,
  ): Promise<{ code: string; state: string; evidence: Evidence }[]> {
    return this.database.query(
      'SELECT code, state, evidence, suspense_id::text AS id FROM suspense WHERE station_id = $1 ORDER BY at, suspense_id',
      [stationId],
    );
  }

  async suspenseCodes(stationId: string): Promise<string[]> {
    return (await this.suspense(stationId)).map(({ code }) => code);
  }

  async stateOf(sessionId: string): Promise<string | null> {
    return (await this.parts.store.readSession(sessionId))?.state ?? null;
  }

  async isReserved(sessionId: string): Promise<boolean> {
    const rows = await this.database.query('SELECT 1 FROM reservations WHERE session_id = $1', [
      sessionId,
    ]);
    return rows.length > 0;
  }
}

export interface Evidence {
  readonly energyWh: string;
  readonly setAside: readonly { meterWh: string }[];
}

export interface Pair {
  readonly visited: AaaUnderTest;
  readonly home: AaaUnderTest;
  readonly clock: TestClock;
  readonly keys: Keys;
  readonly signers: Signers;
  readonly server: PostgresServer;
  stop(): Promise<void>;
}

export async function startPair(): Promise<Pair> {
  const [server, keys] = await Promise.all([startTestPostgres(), openKeys()]);
  const clock = new TestClock();
  const signers: Signers = {
    homeCrp: await keys.signer(HOME, 'crp'),
    visitedCrp: await keys.signer(VISITED, 'crp'),
    homeProfiles: await keys.signer(HOME, 'profiles'),
  };
  const drops: (() => Promise<void>)[] = [];
  const open = async (utility: string): Promise<AaaUnderTest> => {
    const test = await testDatabase(server, { schema: 'aaa', migrations: aaaMigrations });
    drops.push(() => test.drop());
    const signer = await keys.signer(utility, 'aaa');
    return new AaaUnderTest({ utility, database: test.database, clock, keys, signer, signers });
  };
  const [visited, home] = [await open(VISITED), await open(HOME)];
  return {
    visited,
    home,
    clock,
    keys,
    signers,
    server,
    async stop() {
      for (const drop of drops) await drop();
      await server.stop();
      await rm(keys.folder, { recursive: true, force: true });
    },
  };
}

/** What settlement is handed, by its contract. */
export function chargeOf(sent: Sent) {
  return chargeRecord.parse(sent.payload['charge']);
}
