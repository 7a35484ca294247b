import { createHmac, randomBytes } from 'node:crypto';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import * as contracts from '@roamgrid/contracts';
import type { PublicJwk, RegistryEntry, SignedAgreement } from '@roamgrid/contracts';
import { parseInstant } from '@roamgrid/kernel';
import type { LedgerPort } from '@roamgrid/ledger';
import { Handles, inProcessTransport, NestBus, type Bus } from '@roamgrid/messaging';
import { testDatabase, type Database, type PostgresServer } from '@roamgrid/persistence';
import {
  createLog,
  createServiceContext,
  createSigner,
  Metrics,
  Registry,
  systemIds,
  type ServiceContext,
  type Signer,
} from '@roamgrid/platform';
import {
  SettlementModule,
  settlementMigrations,
  type SettlementExtras,
} from '@roamgrid/settlement';
import { DueWork } from '../src/background/due-work.js';
import { exportJWK, generateKeyPair } from 'jose';

const SERVICES = ['aaa', 'profiles', 'crp', 'settlement'] as const;
type SigningService = (typeof SERVICES)[number];

export const NOW = '2026-11-20T12:00:00Z';

/** A clock that tests set. */
export class SetClock {
  #nowMs = parseInstant(NOW);

  now(): number {
    return this.#nowMs;
  }

  set(instant: string): void {
    this.#nowMs = parseInstant(instant);
  }
}

export interface Consumer {
  readonly consumerId: string;
  readonly cinMasked: string;
  readonly paymentMode: contracts.PaymentMode;
  readonly paymentMethod?: string;
  readonly currency: 'USD' | 'CAD';
}

/** What this utility's crp, profiles and portal would answer. */
export class NeighbourFacts {
  readonly agreements = new Map<string, SignedAgreement>();
  /** every version ever signed, by its hash */
  readonly versions = new Map<string, SignedAgreement>();
  /** partners whose agreement is found by its hash only */
  readonly hasEnded = new Set<string>();
  readonly consumers = new Map<string, Consumer>();
  readonly views = new Map<string, Record<string, unknown>>();
  /** what aaa was told that charges took of their mandates */
  readonly mandateUses: contracts.RequestOf<typeof contracts.correctMandateUse>[] = [];
  readonly steps: { sessionId: string; step: string; occurrence: string }[] = [];
}

/** Stand-ins for the services that settlement asks and tells; no part of them is under test here. */
function neighbourStandIns(facts: NeighbourFacts): new () => object {
  @Controller()
  class NeighbourStandIns {
    @Handles(contracts.readAgreement)
    readAgreement(request: contracts.RequestOf<typeof contracts.readAgreement>) {
      const { partner, hash } = request;
      const inForce = facts.hasEnded.has(partner) ? undefined : facts.agreements.get(partner);
      const found = hash === undefined ? inForce : facts.versions.get(hash);
      const isTheirs = found?.document.parties.includes(partner) ?? false;
      return Promise.resolve({ agreement: isTheirs ? (found ?? null) : null });
    }

    @Handles(contracts.resolvePseudonym)
    resolvePseudonym(request: contracts.RequestOf<typeof contracts.resolvePseudonym>) {
      return Promise.resolve({ consumer: facts.consumers.get(request.pseudonym) ?? null });
    }

    @Handles(contracts.project)
    project(request: contracts.RequestOf<typeof contracts.project>) {
      facts.views.set(`${request.kind}:${request.id}`, request.data);
      return Promise.resolve({});
    }

    @Handles(contracts.correctMandateUse)
    correctMandateUse(request: contracts.RequestOf<typeof contracts.correctMandateUse>) {
      facts.mandateUses.push(request);
      return Promise.resolve({});
    }

    @Handles(contracts.traceSteps)
    traceSteps({ sessionId, steps }: contracts.RequestOf<typeof contracts.traceSteps>) {
      facts.steps.push(...steps.map((step) => ({ sessionId, ...step })));
      return Promise.resolve({});
    }
  }
  return NeighbourStandIns;
}

export interface Member {
  readonly utility: string;
  readonly database: Database;
  readonly facts: NeighbourFacts;
  readonly context: ServiceContext;
  signer(service: SigningService): Signer;
}

export interface Consortium {
  readonly clock: SetClock;
  readonly bus: Bus;
  member(utility: string): Member;
  /** Has everybody look at what is due, as each second does. */
  lookAtDueWork(): Promise<void>;
  /** Delivers everything that anybody still has to say. */
  settleDown(): Promise<void>;
  stop(): Promise<void>;
}

async function keysOf(): Promise<{
  keys: PublicJwk[];
  signers: Map<SigningService, Signer>;
}> {
  const keys: PublicJwk[] = [];
  const signers = new Map<SigningService, Signer>();
  for (const service of SERVICES) {
    const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const shared = { kid: `${service}-1`, alg: 'EdDSA', use: 'sig' as const };
    const publicJwk = { ...(await exportJWK(pair.publicKey)), ...shared };
    const privateJwk = { ...(await exportJWK(pair.privateKey)), ...shared };
    keys.push(contracts.publicJwk.parse(publicJwk));
    signers.set(service, createSigner({ kid: shared.kid, privateJwk, publicJwk }));
  }
  return { keys, signers };
}

function entryOf(utility: string, keys: PublicJwk[]): RegistryEntry {
  return {
    utility,
    name: utility,
    cinPrefixes: [],
    contractProviders: [],
    currency: utility === 'northern-hydro' ? 'CAD' : 'USD',
    timeZone: 'America/New_York',
    keys,
  };
}

/** The same secret for either side of a pair. */
function pairSecretsOf(shared: Uint8Array, utility: string): (partner: string) => Uint8Array {
  return (partner) =>
    createHmac('sha256', shared).update([utility, partner].sort().join(' ')).digest();
}

/** Opens a settlement for each utility on one bus, with everything around it standing in. */
export async function openConsortium(
  server: PostgresServer,
  utilities: readonly string[],
  ledger: LedgerPort,
  standIns: NonNullable<SettlementExtras['standIns']> = {},
): Promise<Consortium> {
  const clock = new SetClock();
  const transport = inProcessTransport();
  const keyed = new Map<string, Awaited<ReturnType<typeof keysOf>>>();
  for (const utility of utilities) keyed.set(utility, await keysOf());
  const registry = new Registry({
    type: 'registry',
    schemaVersion: 1,
    version: 1,
    utilities: utilities.map((utility) => entryOf(utility, keyed.get(utility)?.keys ?? [])),
  });
  const members = new Map<string, Member>();
  const stops: (() => Promise<void>)[] = [];
  const lookers: (() => Promise<void>)[] = [];
  const shared = randomBytes(32);
  for (const utility of utilities) {
    const signers = keyed.get(utility)?.signers ?? new Map<SigningService, Signer>();
    const signer = (service: SigningService): Signer => {
      const found = signers.get(service);
      if (found === undefined) throw new Error(`no key for ${service}`);
      return found;
    };
    const test = await testDatabase(server, {
      schema: 'settlement',
      migrations: settlementMigrations,
    });
    const context = createServiceContext({
      utility,
      service: 'settlement',
      database: test.database,
      transport,
      signer: signer('settlement'),
      registry,
      clock,
      ids: systemIds,
      log: createLog('silent'),
      metrics: new Metrics(),
      secret: randomBytes(32),
      keyFolder: '/nowhere',
    });
    const facts = new NeighbourFacts();
    class StandInModule {}
    Module({ controllers: [neighbourStandIns(facts)] })(StandInModule);
    const standIn = await NestFactory.createMicroservice(StandInModule, {
      strategy: transport.server(utility, 'stand-in'),
      logger: false,
    });
    await standIn.listen();
    const app = await NestFactory.createMicroservice(
      SettlementModule.with(context, {
        standIns,
        ledger,
        pairSecretOf: pairSecretsOf(shared, utility),
      }),
      { strategy: transport.server(utility, 'settlement'), logger: false },
    );
    await app.listen();
    await context.outbox.start();
    stops.push(async () => {
      await context.outbox.stop();
      await app.close();
      await standIn.close();
      await test.drop();
    });
    lookers.push(() => app.get(DueWork).look());
    members.set(utility, { utility, database: test.database, facts, context, signer });
  }
  const bus = new NestBus({
    client: transport.client(),
    from: 'test',
    now: () => clock.now(),
    newTraceId: () => systemIds.uuid(),
  });
  return {
    clock,
    bus,
    member(utility) {
      const found = members.get(utility);
      if (found === undefined) throw new Error(`no member ${utility}`);
      return found;
    },
    async lookAtDueWork() {
      for (const look of lookers) await look();
    },
    async settleDown() {
      // what one delivers may make another speak: a CDR, its answer, and the views of both
      for (let round = 0; round < 3; round += 1) {
        for (const { context } of members.values()) await context.outbox.drain();
      }
    },
    async stop() {
      for (const stop of stops) await stop();
      await bus.close();
    },
  };
}
