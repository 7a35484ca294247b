import { Controller, Inject } from '@nestjs/common';
import { draftPolicy, publishLoadSignal, publishPolicy } from '@roamgrid/contracts';
import type { RouteCall } from '../http/route.js';
import { Serves } from '../http/serves.js';
import type { Portal } from '../ports.js';
import * as routes from '../routes/negotiation-routes.js';
import { getView, having, listViews } from '../use-cases/read-views.js';
import { PORTAL } from './portal-token.js';

/** How this utility bargains, what came of it, and the load that it publishes. */
@Controller()
export class NegotiationController {
  readonly #portal: Portal;

  constructor(@Inject(PORTAL) portal: Portal) {
    this.#portal = portal;
  }

  @Serves(routes.getNegotiation)
  getNegotiation({ params, caller }: RouteCall<typeof routes.getNegotiation>): Promise<object> {
    return getView(this.#portal, 'negotiation', params.negotiationId, caller);
  }

  @Serves(routes.listPolicies)
  listPolicies({ query, caller }: RouteCall<typeof routes.listPolicies>): Promise<object> {
    const filters = ['side', 'customerClass', 'stationClass', 'state'] as const;
    return listViews(this.#portal, {
      kind: 'policy',
      query,
      conditions: filters.map((member) => having(member, query[member])),
      caller,
    });
  }

  @Serves(routes.getPolicyVersion)
  getPolicy({ params, caller }: RouteCall<typeof routes.getPolicyVersion>): Promise<object> {
    return getView(this.#portal, 'policy', `${params.policyId}:${String(params.version)}`, caller);
  }

  @Serves(routes.postPolicy)
  draftPolicy({ body, caller }: RouteCall<typeof routes.postPolicy>): Promise<object> {
    return this.#portal.bus.request(draftPolicy, this.#portal.utility, {
      ...body,
      author: caller.subject,
    });
  }

  @Serves(routes.postPolicyPublication)
  publishPolicy({
    params,
    caller,
  }: RouteCall<typeof routes.postPolicyPublication>): Promise<object> {
    return this.#portal.bus.request(publishPolicy, this.#portal.utility, {
      ...params,
      publisher: caller.subject,
    });
  }

  @Serves(routes.listLoadSignals)
  listLoadSignals({ query, caller }: RouteCall<typeof routes.listLoadSignals>): Promise<object> {
    return listViews(this.#portal, {
      kind: 'loadSignal',
      query,
      conditions: [
        having('direction', query.direction),
        having('stationClass', query.stationClass),
      ],
      caller,
    });
  }

  @Serves(routes.getLoadSignal)
  getLoadSignal({ params, caller }: RouteCall<typeof routes.getLoadSignal>): Promise<object> {
    return getView(this.#portal, 'loadSignal', params.loadSignalId, caller);
  }

  @Serves(routes.postLoadSignal)
  async publishLoadSignal({ body }: RouteCall<typeof routes.postLoadSignal>): Promise<object> {
    const signal = await this.#portal.bus.request(publishLoadSignal, this.#portal.utility, body);
    return { loadSignalId: signal.document.loadSignalId, direction: 'issued', ...signal };
  }
}
