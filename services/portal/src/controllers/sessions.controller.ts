import { Controller, Inject } from '@nestjs/common';
import { acceptCdr, objectCdr } from '@roamgrid/contracts';
import type { RouteCall } from '../http/route.js';
import { Serves } from '../http/serves.js';
import type { Portal } from '../ports.js';
import { presentStep } from '../read-model/present.js';
import * as routes from '../routes/session-routes.js';
import { readCdrView, readOcpiCdr } from '../use-cases/read-cdr.js';
import {
  findView,
  getView,
  having,
  inRole,
  listViews,
  withPartner,
} from '../use-cases/read-views.js';
import { PORTAL } from './portal-token.js';

@Controller()
export class SessionsController {
  readonly #portal: Portal;

  constructor(@Inject(PORTAL) portal: Portal) {
    this.#portal = portal;
  }

  @Serves(routes.listSessions)
  list({ query, caller }: RouteCall<typeof routes.listSessions>): Promise<object> {
    return listViews(this.#portal, {
      kind: 'session',
      query,
      conditions: [
        inRole(query.role, this.#portal.utility),
        having('state', query.state),
        withPartner(query.partner),
      ],
      caller,
    });
  }

  @Serves(routes.getSession)
  get({ params, caller }: RouteCall<typeof routes.getSession>): Promise<object> {
    return getView(this.#portal, 'session', params.sessionId, caller);
  }

  @Serves(routes.getSessionTrace)
  async trace({ params, caller }: RouteCall<typeof routes.getSessionTrace>): Promise<object> {
    await this.#portal.freshness.ensure('trace');
    await findView(this.#portal, 'session', params.sessionId, caller);
    const steps = await this.#portal.traces.list(params.sessionId);
    return { items: steps.map(presentStep) };
  }

  @Serves(routes.listCdrs)
  listCdrs({ query, caller }: RouteCall<typeof routes.listCdrs>): Promise<object> {
    return listViews(this.#portal, {
      kind: 'cdr',
      query,
      conditions: [having('state', query.state), withPartner(query.partner)],
      caller,
    });
  }

  @Serves(routes.getCdr)
  getCdr({ params, query, caller }: RouteCall<typeof routes.getCdr>): Promise<object> {
    return query.as === undefined
      ? readCdrView(this.#portal, params.cdrId, caller)
      : readOcpiCdr(this.#portal, params.cdrId, caller);
  }

  @Serves(routes.postObjection)
  async objectToCdr({
    params,
    body,
    caller,
  }: RouteCall<typeof routes.postObjection>): Promise<object> {
    const { state } = await this.#portal.bus.request(objectCdr, this.#portal.utility, {
      ...params,
      ...body,
      by: caller.subject,
    });
    return { ...(await readCdrView(this.#portal, params.cdrId, caller)), state };
  }

  @Serves(routes.postCdrAcceptance)
  async acceptCdr({ params, caller }: RouteCall<typeof routes.postCdrAcceptance>): Promise<object> {
    const { state } = await this.#portal.bus.request(acceptCdr, this.#portal.utility, {
      ...params,
      note: '',
      by: caller.subject,
    });
    return { ...(await readCdrView(this.#portal, params.cdrId, caller)), state };
  }
}
