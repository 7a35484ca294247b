import { join } from 'node:path';
import { Module, type DynamicModule } from '@nestjs/common';
import { BusLedger, type LedgerPort } from '@roamgrid/ledger';
import { outboxMigrations, type MigrationClass } from '@roamgrid/persistence';
import type { OutwardConfiguration, ServiceContext } from '@roamgrid/platform';
import { BusNeighbours } from './adapters/bus-neighbours.js';
import { BusPartners } from './adapters/bus-partners.js';
import { openPairSecrets } from './adapters/pair-secrets.js';
import { PostgresBooksAudit } from './adapters/postgres-books-audit.js';
import { PostgresWork } from './adapters/postgres-work.js';
import { ExposureGauges } from './adapters/exposure-gauges.js';
import { openOutward } from './adapters/open-outward.js';
import { DueWork, type DueStep } from './background/due-work.js';
import { BankHandlers } from './bank.handlers.js';
import { BillHandlers } from './bill.handlers.js';
import { CdrHandlers } from './cdr.handlers.js';
import { DisputeHandlers } from './dispute.handlers.js';
import { CorrectionHandlers } from './correction.handlers.js';
import { InvoiceHandlers } from './invoice.handlers.js';
import { CreateSettlement } from './migrations/1700000000400-create-settlement.js';
import { AnswerDisputes } from './migrations/1795270000000-answer-disputes.js';
import { CorrectCharges } from './migrations/1795268000000-correct-charges.js';
import { KeepReissueAsked } from './migrations/1700000000410-keep-reissue-asked.js';
import { CreateSettlements } from './migrations/1700000000500-create-settlements.js';
import { CreateExposures } from './migrations/1700000000510-create-exposures.js';
import { ExposureHandlers } from './exposure.handlers.js';
import { NettingHandlers } from './netting.handlers.js';
import { CreateBillingFeed } from './migrations/1795270000000-create-billing-feed.js';
import { KeepApprovalLimits } from './migrations/1795281000010-keep-approval-limits.js';
import { FeedCharges } from './migrations/1795281000000-feed-charges.js';
import { CreateCardOrders } from './migrations/1795270000010-create-card-orders.js';
import { CountOfflineCharges } from './migrations/1795280000020-count-offline-charges.js';
import { ReadBankStatements } from './migrations/1795300000000-read-bank-statements.js';
import { ReserveByMandate } from './migrations/1732190000001-reserve-by-mandate.js';
import type { Ports } from './ports.js';
import { LedgerPoster } from './posting/ledger-poster.js';
import { PORTS } from './tokens.js';
import { applySilence } from './use-cases/disputes/apply-silence.js';
import { askForGaps } from './use-cases/ask-for-gaps.js';
import { executeDueCardOrders, voidForgotten } from './use-cases/cards/execute-card-order.js';
import { deliverFeed } from './use-cases/feed/deliver-feed.js';
import { assessExposures } from './use-cases/exposure/assess-exposures.js';
import { askAgain } from './use-cases/netting/ask-for-cosignature.js';
import { executeDuePayments } from './use-cases/netting/execute-payment.js';

export { openPairSecrets } from './adapters/pair-secrets.js';

/** What settlement needs beside its context. */
export interface SettlementExtras {
  /** closed by whoever opened it */
  readonly ledger: LedgerPort;
  /** the secret that this utility shares with a partner: it names records on the ledger */
  readonly pairSecretOf: (partner: string) => Uint8Array;
  /** systems that money leaves for; sandboxes stand in for those not named */
  readonly outward?: Partial<OutwardConfiguration> | undefined;
  /** instead of them */
  readonly standIns?: Partial<Pick<Ports, 'paymentOrders' | 'customerBilling' | 'paymentGateway'>>;
}

export const settlementMigrations: readonly MigrationClass[] = [
  ...outboxMigrations,
  CreateSettlement,
  KeepReissueAsked,
  CreateSettlements,
  ReserveByMandate,
  CreateExposures,
  CorrectCharges,
  AnswerDisputes,
  CreateBillingFeed,
  FeedCharges,
  KeepApprovalLimits,
  CreateCardOrders,
  CountOfflineCharges,
  ReadBankStatements,
];

/** CDRs, journal, invoices, bills and prepaid accounts of one utility. */
@Module({})
export class SettlementModule {
  static with(context: ServiceContext, extras: SettlementExtras): DynamicModule {
    const ports = openPorts(context, extras);
    return {
      module: SettlementModule,
      controllers: [
        CdrHandlers,
        CorrectionHandlers,
        DisputeHandlers,
        InvoiceHandlers,
        BillHandlers,
        NettingHandlers,
        BankHandlers,
        ExposureHandlers,
      ],
      providers: [
        { provide: PORTS, useValue: ports },
        { provide: LedgerPoster, useFactory: () => new LedgerPoster(ports) },
        { provide: DueWork, useFactory: () => new DueWork(dueSteps(ports), ports.log) },
      ],
    };
  }
}

/** Settlement as a process of its own: it reaches the ledger over the bus. */
export async function settlementAlone(
  context: ServiceContext,
  outward: OutwardConfiguration,
): Promise<DynamicModule> {
  const { bus, utility, registry, keyFolder } = context;
  return SettlementModule.with(context, {
    ledger: new BusLedger({ bus, utility }),
    outward,
    pairSecretOf: await openPairSecrets(join(keyFolder, '..', 'pairs'), utility, registry),
  });
}

const AT_ONCE_MS = 1_000;
const SOON_MS = 5_000;
/** after days or weeks */
const SELDOM_MS = 30_000;

/** What is tried again until somebody outside has answered. */
function dueSteps(ports: Ports): DueStep[] {
  return [
    { everyMs: AT_ONCE_MS, run: () => executeDueCardOrders(ports) },
    { everyMs: SELDOM_MS, run: () => voidForgotten(ports) },
    { everyMs: SOON_MS, run: () => askAgain(ports) },
    { everyMs: AT_ONCE_MS, run: () => executeDuePayments(ports) },
    { everyMs: AT_ONCE_MS, run: () => deliverFeed(ports) },
    { everyMs: AT_ONCE_MS, run: () => assessExposures(ports) },
    { everyMs: SOON_MS, run: () => applySilence(ports) },
    { everyMs: SOON_MS, run: () => askForGaps(ports) },
  ];
}

function openPorts(context: ServiceContext, extras: SettlementExtras): Ports {
  const { utility, database, bus, signer, verifier, registry, clock, ids, log, outbox } = context;
  return {
    utility,
    work: new PostgresWork(database, () => clock.now()),
    audits: new PostgresBooksAudit(database),
    neighbours: new BusNeighbours(bus, utility),
    partners: new BusPartners(bus),
    ledger: extras.ledger,
    ...openOutward(extras.outward ?? {}, { database, utility, now: () => clock.now() }),
    ...extras.standIns,
    exposureGauge: new ExposureGauges(context.metrics, utility),
    pairSecretOf: extras.pairSecretOf,
    signer,
    verifier,
    registry,
    clock,
    ids,
    log,
    drain: (wish) => outbox.drain(wish),
  };
}
