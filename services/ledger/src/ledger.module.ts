import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { mspOf, SettlementContract } from '@roamgrid/chaincode';
import { CreateLedger, EmbeddedLedger, LedgerAnswers, type LedgerPort } from '@roamgrid/ledger';
import type { BusTransport } from '@roamgrid/messaging';
import { Database } from '@roamgrid/persistence';
import { nestLogger, type Clock, type IdSource, type Log } from '@roamgrid/platform';
import { LEDGER_ANSWERS, LedgerHandlers } from './ledger.handlers.js';

export interface LedgerServiceParts {
  readonly databaseUrl: string;
  readonly transport: BusTransport;
  /** slugs of the utilities that are answered, each at its own address */
  readonly utilities: readonly string[];
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly random: () => number;
  readonly log: Log;
}

export interface RunningLedger {
  readonly ledger: LedgerPort;
  stop(): Promise<void>;
}

/** The ledger as one utility sees it. */
@Module({})
export class LedgerModule {
  static with(ledger: LedgerPort, utility: string): DynamicModule {
    return {
      module: LedgerModule,
      controllers: [LedgerHandlers],
      providers: [{ provide: LEDGER_ANSWERS, useValue: new LedgerAnswers(ledger, utility) }],
    };
  }
}

/** Opens the embedded ledger and answers every utility at an address where nobody else is heard. */
export async function startLedger(parts: LedgerServiceParts): Promise<RunningLedger> {
  const ledger = await openLedger(parts);
  const apps = await Promise.all(
    parts.utilities.map((utility) =>
      NestFactory.createMicroservice<MicroserviceOptions>(LedgerModule.with(ledger, utility), {
        strategy: parts.transport.server(utility, 'ledger'),
        logger: nestLogger(parts.log),
        abortOnError: false,
      }),
    ),
  );
  await Promise.all(apps.map((app) => app.listen()));
  return {
    ledger,
    async stop() {
      await Promise.all(apps.map((app) => app.close()));
      await ledger.close();
    },
  };
}

async function openLedger(parts: LedgerServiceParts): Promise<EmbeddedLedger> {
  const { databaseUrl, clock, ids, random } = parts;
  const database = await Database.open({
    url: databaseUrl,
    schema: 'ledger',
    applicationName: 'ledger',
    migrations: [CreateLedger],
    random,
  });
  return new EmbeddedLedger({
    database,
    contract: new SettlementContract(),
    mspOf,
    now: () => clock.now(),
    newTransactionId: () => ids.salt(),
  });
}
