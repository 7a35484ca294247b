import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  publicJwk,
  type ConsumerView,
  type createConsumer,
  type FxRate,
  type RegistryDocument,
  type RequestOf,
  type SignedAgreedTariff,
  type SignedAgreement,
  type SignedRetailTariff,
} from '@roamgrid/contracts';
import { startTestPostgres, testDatabase, type Database } from '@roamgrid/persistence';
import {
  createSigner,
  decryptPin,
  encryptPin,
  keyFolderOf,
  openKeyFile,
  Registry,
  systemIds,
  Verifier,
  type Signer,
} from '@roamgrid/platform';
import { PostgresConsumers } from '../src/adapters/postgres-consumers.js';
import { PostgresContracts } from '../src/adapters/postgres-contracts.js';
import { PostgresCredentials } from '../src/adapters/postgres-credentials.js';
import { PostgresDirectory } from '../src/adapters/postgres-directory.js';
import { PostgresHeldMandates } from '../src/adapters/postgres-held-mandates.js';
import { PostgresIssuedMandates } from '../src/adapters/postgres-issued-mandates.js';
import { PostgresOffline } from '../src/adapters/postgres-offline.js';
import { PostgresPinGate } from '../src/adapters/postgres-pin-gate.js';
import { OneAtATime } from '../src/one-at-a-time.js';
import type { OwnServices, VisitedUtilities } from '../src/ports.js';
import { PublishingRounds } from '../src/publishing-rounds.js';
import { profilesMigrations } from '../src/profiles.module.js';
import {
  profilesUseCases,
  type ProfilesParts,
  type ProfilesUseCases,
} from '../src/profiles.use-cases.js';
import {
  ABROAD,
  agreedTariffOf,
  agreementWith,
  HOME,
  retailTariffOf,
  SETTINGS,
  termsAt,
  VISITED,
} from './documents.js';
import { TestClock } from './test-clock.js';

/** Stands in for home's crp and settlement. */
export class StandInServices implements OwnServices {
  agreement: SignedAgreement | null = agreementWith(termsAt(VISITED));
  hasRetailTariff = true;
  fx: FxRate | null = null;
  /** what is left of every prepaid balance, in minor units */
  balanceMinor = 0n;
  readonly reserved = new Map<string, bigint>();
  readonly opened: { consumerId: string; currency: string; balance: string }[] = [];
  readonly #crp: Signer;

  constructor(crp: Signer) {
    this.#crp = crp;
  }

  agreementWith(): Promise<SignedAgreement | null> {
    return Promise.resolve(this.agreement);
  }

  async retailTariff(
    agreedTariff: SignedAgreedTariff,
    planId: string,
    tier: ConsumerView['settings']['tier'],
  ): Promise<SignedRetailTariff | null> {
    if (!this.hasRetailTariff) return null;
    return retailTariffOf(this.#crp, agreedTariff, { planId, tier, fx: this.fx });
  }

  reserveCredit({
    mandateId,
    greatestMinor,
    insteadOf,
  }: Parameters<OwnServices['reserveCredit']>[0]): Promise<bigint | null> {
    for (const withdrawn of insteadOf) this.release(withdrawn);
    const known = this.reserved.get(mandateId);
    if (known !== undefined) return Promise.resolve(known);
    const minor = this.balanceMinor < greatestMinor ? this.balanceMinor : greatestMinor;
    if (minor <= 0n) return Promise.resolve(null);
    this.balanceMinor -= minor;
    this.reserved.set(mandateId, minor);
    return Promise.resolve(minor);
  }

  /** amounts held on cards, by mandate; `sandbox-declined` holds none */
  readonly onCards = new Map<string, bigint>();

  authorizeCard({
    mandateId,
    paymentMethod,
    amountMinor,
  }: Parameters<OwnServices['authorizeCard']>[0]): Promise<bigint | null> {
    if (paymentMethod === 'sandbox-declined') return Promise.resolve(null);
    this.onCards.set(mandateId, amountMinor);
    return Promise.resolve(amountMinor);
  }

  release(mandateId: string): void {
    this.balanceMinor += this.reserved.get(mandateId) ?? 0n;
    this.reserved.delete(mandateId);
  }

  /** the version of every plan */
  planVersion = 1;

  planOf(planId: string): Promise<{ version: number; hash: string } | null> {
    if (planId === 'unknown') return Promise.resolve(null);
    return Promise.resolve({ version: this.planVersion, hash: 'b'.repeat(64) });
  }

  availableCredit(): Promise<bigint> {
    return Promise.resolve(this.balanceMinor);
  }

  openAccount(consumerId: string, currency: string, balance: string): Promise<void> {
    this.opened.push({ consumerId, currency, balance });
    return Promise.resolve();
  }
}

/** Stands in for the aaa of visited utilities, and what was asked of it. */
export class StandInVisited implements VisitedUtilities {
  answer = true;
  readonly asked: { visitedUtility: string; mandateId: string }[] = [];

  recall(visitedUtility: string, mandateId: string): Promise<boolean> {
    this.asked.push({ visitedUtility, mandateId });
    return Promise.resolve(this.answer);
  }
}

export interface Sent {
  readonly to: string;
  readonly subject: string;
  readonly payload: Record<string, unknown>;
}

/** Home's profiles on a real database, with the keys of three utilities; and the visited side's. */
export interface ProfilesUnderTest {
  readonly useCases: ProfilesUseCases;
  readonly parts: ProfilesParts;
  readonly services: StandInServices;
  readonly recalls: StandInVisited;
  /** home's store, for what only a timer asks */
  readonly issued: PostgresIssuedMandates;
  readonly database: Database;
  readonly clock: TestClock;
  readonly verifier: Verifier;
  readonly crpSigners: Readonly<Record<string, Signer>>;
  /** home's own key for mandates */
  readonly signer: Signer;
  /** the visited utility's profiles, on a database of its own */
  readonly visited: {
    readonly useCases: ProfilesUseCases;
    readonly database: Database;
    readonly held: PostgresHeldMandates;
    readonly parts: ProfilesParts;
  };
  agreedTariff(changes?: Parameters<typeof agreedTariffOf>[1]): Promise<SignedAgreedTariff>;
  sealed(pin: string): Promise<string>;
  addConsumer(
    changes?: Partial<RequestOf<typeof createConsumer>>,
    settings?: Partial<ConsumerView['settings']>,
  ): Promise<ConsumerView & { readonly cin: string }>;
  /** what home sent since the last look */
  sent(subject?: string): Promise<Sent[]>;
  stop(): Promise<void>;
}

const SECRET = new Uint8Array(32).fill(9);

const CIN_PREFIXES: Readonly<Record<string, string>> = {
  [HOME]: '8400019501',
  [VISITED]: '8400541601',
};

/** CINs of Alabama Power, each with its check digits. */
function cinOf(number: number): string {
  const body = `8400019501100${String(number).padStart(5, '0')}`;
  const rest = BigInt(`${body}00`) % 97n;
  return body + String(98n - rest).padStart(2, '0');
}

export async function startProfiles(): Promise<ProfilesUnderTest> {
  const server = await startTestPostgres();
  const folder = await mkdtemp(join(tmpdir(), 'roamgrid-profiles-'));
  const key = (utility: string, service: string, use: 'sig' | 'enc' = 'sig') =>
    openKeyFile(keyFolderOf(folder, utility), service, use);
  const utilities: RegistryDocument['utilities'] = [];
  for (const utility of [HOME, VISITED, ABROAD]) {
    const keys = [
      await key(utility, 'profiles'),
      await key(utility, 'crp'),
      await key(utility, 'profiles', 'enc'),
    ];
    utilities.push({
      utility,
      name: utility,
      cinPrefixes: [CIN_PREFIXES[utility] ?? '1240000101'],
      contractProviders: [utility === HOME ? 'USALA' : 'USDUK'],
      currency: 'USD',
      timeZone: 'America/New_York',
      keys: keys.map((file) => publicJwk.parse(file.publicJwk)),
    });
  }
  const registry = new Registry({ type: 'registry', schemaVersion: 1, version: 1, utilities });
  const clock = new TestClock();
  const verifier = new Verifier(registry);
  const crpSigners = {
    [HOME]: createSigner(await key(HOME, 'crp')),
    [VISITED]: createSigner(await key(VISITED, 'crp')),
    [ABROAD]: createSigner(await key(ABROAD, 'crp')),
  };
  const services = new StandInServices(createSigner(await key(HOME, 'crp')));
  const recalls = new StandInVisited();
  const drops: (() => Promise<void>)[] = [];
  const open = async (utility: string) => {
    const test = await testDatabase(server, { schema: 'profiles', migrations: profilesMigrations });
    drops.push(() => test.drop());
    const { database } = test;
    const signer = createSigner(await key(utility, 'profiles'));
    const pinKey = await key(utility, 'profiles', 'enc');
    const issued = new PostgresIssuedMandates(database, utility);
    const held = new PostgresHeldMandates(database, SECRET, utility);
    const parts: ProfilesParts = {
      utility,
      ownEntry: registry.entry(utility),
      clock,
      ids: systemIds,
      signer,
      verifier,
      consumers: new PostgresConsumers({ database, secret: SECRET, ids: systemIds, utility }),
      pinGate: new PostgresPinGate(database, SECRET),
      issued,
      visited: recalls,
      contracts: new PostgresContracts(database),
      credentials: new PostgresCredentials(database, SECRET, utility),
      directory: new PostgresDirectory(database, utility),
      offline: new PostgresOffline(database, utility),
      partners: () => [HOME, VISITED, ABROAD].filter((other) => other !== utility),
      directoryOf: () => Promise.reject(new Error('nobody is asked here')),
      tellPartners: () => undefined,
      turns: new OneAtATime(),
      rounds: new PublishingRounds(),
      held,
      services,
      decryptPin: (token) => decryptPin(token, pinKey),
      drain: () => Promise.resolve(),
    };
    const useCases = profilesUseCases(parts);
    return { parts, useCases, database, signer, issued, held };
  };
  const home = await open(HOME);
  const visited = await open(VISITED);
  let [count, read] = [0, 0n];
  return {
    ...home,
    visited,
    recalls,
    services,
    clock,
    verifier,
    crpSigners,
    agreedTariff: (changes) => agreedTariffOf(crpSigners, changes),
    sealed: (pin) => encryptPin(pin, registry, HOME),
    async addConsumer(changes = {}, settings = {}) {
      count += 1;
      const cin = cinOf(count);
      const view = await home.useCases.createConsumer({
        cin,
        pin: null,
        contractId: null,
        cardUids: [],
        settings: { ...SETTINGS, ...settings },
        state: 'active',
        balance: null,
        ...changes,
      });
      return { ...view, cin };
    },
    async sent(subject) {
      const rows = await home.database.query<Sent & { id: bigint }>(
        'SELECT id, to_utility AS to, subject, payload FROM outbox WHERE id > $1 ORDER BY id',
        [read],
      );
      read = rows.at(-1)?.id ?? read;
      return rows.filter((row) => subject === undefined || row.subject === subject);
    },
    async stop() {
      for (const drop of drops) await drop();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
