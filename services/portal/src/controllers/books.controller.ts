import { Controller, Inject } from '@nestjs/common';
import { readBalances, readLedger, resolveSuspense } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { RouteCall } from '../http/route.js';
import { Serves } from '../http/serves.js';
import type { Portal } from '../ports.js';
import * as routes from '../routes/billing-routes.js';
import { having, listViews } from '../use-cases/read-views.js';
import { readAudit, startAudit } from '../use-cases/run-audit.js';
import { PORTAL } from './portal-token.js';

@Controller()
export class BooksController {
  readonly #portal: Portal;

  constructor(@Inject(PORTAL) portal: Portal) {
    this.#portal = portal;
  }

  @Serves(routes.listSuspense)
  listSuspense({ query, caller }: RouteCall<typeof routes.listSuspense>): Promise<object> {
    return listViews(this.#portal, {
      kind: 'suspense',
      query,
      conditions: [having('state', query.state)],
      caller,
    });
  }

  @Serves(routes.postResolution)
  resolve({ params, body, caller }: RouteCall<typeof routes.postResolution>): Promise<object> {
    return this.#portal.bus.request(resolveSuspense, this.#portal.utility, {
      suspenseId: params.suspenseId,
      resolution: body.resolution,
      note: body.note,
      correction: body.correction ?? null,
      by: caller.subject,
    });
  }

  @Serves(routes.listBalances)
  async balances(): Promise<object> {
    const { items } = await this.#portal.bus.request(readBalances, this.#portal.utility, {});
    return { items, nextCursor: null };
  }

  @Serves(routes.getLedgerRecord)
  async ledger({ params }: RouteCall<typeof routes.getLedgerRecord>): Promise<object> {
    const { record } = await this.#portal.bus.request(readLedger, this.#portal.utility, params);
    if (record === null) throw new RoamgridError('not_found', 'no such object');
    return record;
  }

  @Serves(routes.postAudit)
  startAudit(): Promise<object> {
    return startAudit(this.#portal);
  }

  @Serves(routes.getAudit)
  getAudit({ params }: RouteCall<typeof routes.getAudit>): Promise<object> {
    return readAudit(this.#portal, params.auditId);
  }
}
