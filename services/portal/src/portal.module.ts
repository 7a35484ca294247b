import 'reflect-metadata';
import { Module, type DynamicModule } from '@nestjs/common';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { MigrationClass } from '@roamgrid/persistence';
import { keyedHash, Seal, type ServiceContext } from '@roamgrid/platform';
import { PostgresAnswers } from './adapters/postgres-answers.js';
import { PostgresAudits } from './adapters/postgres-audits.js';
import { PostgresImports } from './adapters/postgres-imports.js';
import { PostgresReports } from './adapters/postgres-reports.js';
import { PostgresTraces } from './adapters/postgres-traces.js';
import { PostgresViews } from './adapters/postgres-views.js';
import { AgreementsController } from './controllers/agreements.controller.js';
import { BooksController } from './controllers/books.controller.js';
import { ConsumersController } from './controllers/consumers.controller.js';
import { ApprovalsController } from './controllers/approvals.controller.js';
import { BankController } from './controllers/bank.controller.js';
import { ReservationsController } from './controllers/reservations.controller.js';
import { CorrectionsController } from './controllers/corrections.controller.js';
import { DriverContractsController } from './controllers/driver-contracts.controller.js';
import { FallbackController } from './controllers/fallback.controller.js';
import { ImportsController } from './controllers/imports.controller.js';
import { InvoicesController } from './controllers/invoices.controller.js';
import { NegotiationController } from './controllers/negotiation.controller.js';
import { notBuiltController } from './controllers/not-built.controller.js';
import { PlansController } from './controllers/plans.controller.js';
import { PORTAL } from './controllers/portal-token.js';
import { PricingController } from './controllers/pricing.controller.js';
import { ReportsController } from './controllers/reports.controller.js';
import { SessionsController } from './controllers/sessions.controller.js';
import { SettlementsController } from './controllers/settlements.controller.js';
import { StationsController } from './controllers/stations.controller.js';
import { createHttpApplication, type TokenSource } from './http/http-application.js';
import { Idempotency } from './http/idempotency.js';
import { CreateViews } from './migrations/1700000001000-create-views.js';
import { CreateRequests } from './migrations/1700000002000-create-requests.js';
import { FoldFacets } from './migrations/1700000003000-fold-facets.js';
import { TellStepsApart } from './migrations/1795300000000-tell-steps-apart.js';
import { CreateImports } from './migrations/1795270000000-create-imports.js';
import { PortalHandlers } from './portal.handlers.js';
import type { Portal } from './ports.js';
import { Freshness, type ReadBounds } from './read-model/freshness.js';
import { NOT_BUILT_ROUTES } from './routes/not-built-routes.js';

export { SCOPES, type Scope } from './http/scopes.js';
export type { Caller } from './http/caller.js';
export { publishedKeys, verifyToken, type TokenRules } from './http/verify-token.js';
export { openApiDocument } from './open-api/open-api-document.js';
export { NOT_BUILT_ROUTES } from './routes/not-built-routes.js';

export const portalMigrations: readonly MigrationClass[] = [
  CreateViews,
  CreateRequests,
  FoldFacets,
  CreateImports,
  TellStepsApart,
];

/** Joins the ports to PostgreSQL and to the bus. */
export function createPortal(
  context: ServiceContext,
  ending: AbortSignal,
  reads: ReadBounds = {},
): Portal {
  const { utility, bus, database, registry, clock, ids, log } = context;
  return {
    utility,
    bus,
    registry,
    clock,
    ids,
    log,
    views: new PostgresViews(database),
    traces: new PostgresTraces(database),
    audits: new PostgresAudits(database),
    reports: new PostgresReports(database),
    imports: new PostgresImports(database),
    freshness: new Freshness({
      utility,
      bus,
      ...reads,
      onSlow: (service, error) => {
        log.debug({ service, error: String(error) }, 'a service did not deliver before a read');
      },
    }),
    ending,
    background: new Set(),
  };
}

@Module({})
export class PortalModule {
  /** The fallback stands last: it answers what no other controller serves. */
  static with(portal: Portal): DynamicModule {
    return {
      module: PortalModule,
      controllers: [
        PortalHandlers,
        SessionsController,
        PricingController,
        PlansController,
        AgreementsController,
        NegotiationController,
        ConsumersController,
        DriverContractsController,
        StationsController,
        InvoicesController,
        CorrectionsController,
        ReservationsController,
        BankController,
        ApprovalsController,
        BooksController,
        ReportsController,
        ImportsController,
        SettlementsController,
        notBuiltController(NOT_BUILT_ROUTES),
        FallbackController,
      ],
      providers: [{ provide: PORTAL, useValue: portal }],
    };
  }
}

export interface PortalOptions extends TokenSource {
  readonly host: string;
  /** 0 takes a free one */
  readonly port: number;
  readonly reads?: ReadBounds;
}

export interface RunningPortal {
  readonly port: number;
  stop(): Promise<void>;
}

function createIdempotency({ database, secret, clock, log }: ServiceContext): Idempotency {
  return new Idempotency({
    answers: new PostgresAnswers(database, new Seal(secret, 'answers')),
    hash: (text) => keyedHash(secret, text),
    now: () => clock.now(),
    log,
  });
}

/**
 * Starts a utility's API with its read model: HTTP at `/{utility}/api/v1`, and the bus, from which
 * the utility's own services fill the views.
 */
export async function startPortal(
  context: ServiceContext,
  { host, port, reads, ...tokens }: PortalOptions,
): Promise<RunningPortal> {
  const ending = new AbortController();
  const portal = createPortal(context, ending.signal, reads);
  await portal.audits.failInterrupted();
  await portal.imports.failInterrupted();
  const app = await createHttpApplication({
    module: PortalModule.with(portal),
    context,
    tokens,
    idempotency: createIdempotency(context),
  });
  app.connectMicroservice<MicroserviceOptions>({
    strategy: context.transport.server(context.utility, 'portal'),
  });
  await app.startAllMicroservices();
  await app.listen(port, host);
  const url = new URL(await app.getUrl());
  return {
    port: Number(url.port),
    async stop() {
      ending.abort();
      await Promise.all(portal.background);
      await app.close();
      await context.bus.close();
      await context.database.close();
    },
  };
}
