import { Controller, Inject } from '@nestjs/common';
import {
  netWithPartner,
  paySettlement,
  readExposures,
  setExposureLimit,
  type SettlementView,
} from '@roamgrid/contracts';
import type { RouteCall } from '../http/route.js';
import { Serves } from '../http/serves.js';
import type { Portal } from '../ports.js';
import { present } from '../read-model/present.js';
import type { JsonObject } from '../read-model/view.js';
import * as routes from '../routes/settlement-routes.js';
import { requirePartner } from '../use-cases/require-partner.js';
import { getView, having, listViews, withPartner } from '../use-cases/read-views.js';
import { PORTAL } from './portal-token.js';

/** longer than the settlement waits for its partner, or for the bank */
const PARTNER_TIMEOUT_MS = 20_000;

function shown(data: SettlementView): JsonObject {
  return present('settlement', { id: data.settlementId, sortAtMs: 0n, data }, null);
}

@Controller()
export class SettlementsController {
  readonly #portal: Portal;

  constructor(@Inject(PORTAL) portal: Portal) {
    this.#portal = portal;
  }

  @Serves(routes.postSettlement)
  async net({ body, caller }: RouteCall<typeof routes.postSettlement>): Promise<object> {
    const { bus, utility } = this.#portal;
    requirePartner(this.#portal, body.partner);
    const request = { ...body, by: caller.subject };
    const options = { timeoutMs: PARTNER_TIMEOUT_MS };
    return shown(await bus.request(netWithPartner, utility, request, options));
  }

  @Serves(routes.listSettlements)
  list({ query, caller }: RouteCall<typeof routes.listSettlements>): Promise<object> {
    return listViews(this.#portal, {
      kind: 'settlement',
      query,
      conditions: [having('state', query.state), withPartner(query.partner)],
      caller,
    });
  }

  @Serves(routes.getSettlement)
  get({ params, caller }: RouteCall<typeof routes.getSettlement>): Promise<object> {
    return getView(this.#portal, 'settlement', params.settlementId, caller);
  }

  @Serves(routes.postPayment)
  async pay({ params, caller }: RouteCall<typeof routes.postPayment>): Promise<object> {
    const { bus, utility } = this.#portal;
    const request = { settlementId: params.settlementId, by: caller.subject };
    const options = { timeoutMs: PARTNER_TIMEOUT_MS };
    return shown(await bus.request(paySettlement, utility, request, options));
  }

  @Serves(routes.listExposures)
  async exposures(): Promise<object> {
    const { bus, utility, freshness } = this.#portal;
    const { items } = await bus.request(readExposures, utility, {});
    // what is shown as suspended is refused at the stations already
    await freshness.ensure('settlement');
    return { items, nextCursor: null };
  }

  @Serves(routes.postExposureLimit)
  setLimit({ body, caller }: RouteCall<typeof routes.postExposureLimit>): Promise<object> {
    const { bus, utility } = this.#portal;
    requirePartner(this.#portal, body.partner);
    return bus.request(setExposureLimit, utility, { ...body, by: caller.subject });
  }
}
