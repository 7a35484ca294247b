import { Module, type DynamicModule, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { mspOf, SettlementContract } from '@roamgrid/chaincode';
import { LedgerAnswers, openLedger, type LedgerPort } from '@roamgrid/ledger';
import type { BusTransport } from '@roamgrid/messaging';
import { nestLogger, type Clock, type IdSource, type Log, type Registry } from '@roamgrid/platform';
import { LEDGER_ANSWERS, LedgerHandlers } from './ledger.handlers.js';

export interface LedgerServiceParts {
  readonly databaseUrl: string;
  /** of a Fabric channel; undefined runs the contract over the database */
  readonly connectionFile: string | undefined;
  readonly transport: BusTransport;
  /** whose members are answered, each at its own address, new ones as they come */
  readonly registry: Registry;
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

/** Opens the ledger and answers every utility at an address where nobody else is heard. */
export async function startLedger(parts: LedgerServiceParts): Promise<RunningLedger> {
  const { databaseUrl, connectionFile, clock, ids, random } = parts;
  const ledger = await openLedger({
    databaseUrl,
    connectionFile,
    contract: new SettlementContract(),
    mspOf,
    now: () => clock.now(),
    newTransactionId: () => ids.salt(),
    random,
  });
  const apps = new Map<string, INestMicroservice>();
  const answerAll = async (): Promise<void> => {
    const missing = parts.registry.utilities.filter(({ utility }) => !apps.has(utility));
    await Promise.all(
      missing.map(async ({ utility }) => {
        apps.set(utility, await answerUtility(parts, ledger, utility));
      }),
    );
  };
  await answerAll();
  parts.registry.onChange(answerAll);
  return {
    ledger,
    async stop() {
      await Promise.all([...apps.values()].map((app) => app.close()));
      await ledger.close();
    },
  };
}

async function answerUtility(
  { transport, log }: LedgerServiceParts,
  ledger: LedgerPort,
  utility: string,
): Promise<INestMicroservice> {
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(
    LedgerModule.with(ledger, utility),
    { strategy: transport.server(utility, 'ledger'), logger: nestLogger(log), abortOnError: false },
  );
  await app.listen();
  return app;
}
