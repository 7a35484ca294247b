import { Module, type DynamicModule } from '@nestjs/common';
import { outboxMigrations, type MigrationClass } from '@roamgrid/persistence';
import type { ServiceContext } from '@roamgrid/platform';
import { busPartnerCrp } from './adapters/bus-partner-crp.js';
import { PostgresAgreedTariffs } from './adapters/postgres-agreed-tariffs.js';
import { PostgresAgreements } from './adapters/postgres-agreements.js';
import { PostgresLoadSignals } from './adapters/postgres-load-signals.js';
import { PostgresNegotiations } from './adapters/postgres-negotiations.js';
import { PostgresPolicies } from './adapters/postgres-policies.js';
import {
  PostgresFxRates,
  PostgresPlans,
  PostgresRetailTariffs,
} from './adapters/postgres-retail.js';
import { PostgresPartnerTariffs, PostgresTariffs } from './adapters/postgres-tariffs.js';
import { CRP_USE_CASES, CrpHandlers } from './crp.handlers.js';
import { crpUseCases } from './crp.use-cases.js';
import { CreateCrp } from './migrations/1732150000002-create-crp.js';
import { KeepEditors } from './migrations/1763900000000-keep-editors.js';
import { ApprovePolicies } from './migrations/1763900000001-approve-policies.js';
import { KeepLoadSignals } from './migrations/1763900000002-keep-load-signals.js';
import { AgreementLifecycle } from './migrations/1763900000003-agreement-lifecycle.js';
import { KeepNegotiationEndings } from './migrations/1795280000000-keep-negotiation-endings.js';
import { REVIEW_LOG, REVIEW_WORK, ReviewTimer } from './review-timer.js';
import { noteOverduePoliciesWith } from './use-cases/note-overdue-policies.js';
import type { CrpParts } from './use-cases/parts.js';

export const crpMigrations: readonly MigrationClass[] = [
  CreateCrp,
  KeepEditors,
  ApprovePolicies,
  KeepLoadSignals,
  AgreementLifecycle,
  KeepNegotiationEndings,
  ...outboxMigrations,
];

/** One utility's charging rules and policy: tariffs, agreements, negotiation, plans. */
@Module({})
export class CrpModule {
  static with(context: ServiceContext): DynamicModule {
    const { database, utility, ids, clock, signer, verifier, registry, log } = context;
    const parts: CrpParts = {
      utility,
      clock,
      ids,
      signer,
      verifier,
      registry,
      log,
      tariffs: new PostgresTariffs(database, utility),
      partnerTariffs: new PostgresPartnerTariffs(database),
      agreements: new PostgresAgreements(database, utility),
      loadSignals: new PostgresLoadSignals(database, utility),
      policies: new PostgresPolicies(database, utility),
      policyGauge: {
        showOverdue: (count) => {
          context.metrics.policiesOverdue.set({ utility }, count);
        },
      },
      negotiations: new PostgresNegotiations(database, utility),
      agreedTariffs: new PostgresAgreedTariffs(database, utility),
      plans: new PostgresPlans(database),
      fx: new PostgresFxRates(database),
      retailTariffs: new PostgresRetailTariffs(database),
      partners: busPartnerCrp(context.bus),
      drain: (wish) => context.outbox.drain(wish),
    };
    const useCases = crpUseCases(parts);
    return {
      module: CrpModule,
      controllers: [CrpHandlers],
      providers: [
        { provide: CRP_USE_CASES, useValue: useCases },
        { provide: REVIEW_WORK, useValue: noteOverduePoliciesWith(parts) },
        { provide: REVIEW_LOG, useValue: log },
        ReviewTimer,
      ],
    };
  }
}
