import { Controller, Inject } from '@nestjs/common';
import type { RouteCall } from '../http/route.js';
import { Serves } from '../http/serves.js';
import type { Portal } from '../ports.js';
import * as routes from '../routes/operation-routes.js';
import { askStation, findOperation } from '../use-cases/command-station.js';
import { findView, getView, listViews } from '../use-cases/read-views.js';
import { readWireLog } from '../use-cases/read-wire-log.js';
import { registerNewStation } from '../use-cases/register-station.js';
import { PORTAL } from './portal-token.js';

@Controller()
export class StationsController {
  readonly #portal: Portal;

  constructor(@Inject(PORTAL) portal: Portal) {
    this.#portal = portal;
  }

  @Serves(routes.listStations)
  list({ query, caller }: RouteCall<typeof routes.listStations>): Promise<object> {
    return listViews(this.#portal, { kind: 'station', query, conditions: [], caller });
  }

  @Serves(routes.getStation)
  get({ params, caller }: RouteCall<typeof routes.getStation>): Promise<object> {
    return getView(this.#portal, 'station', params.stationId, caller);
  }

  @Serves(routes.postStation)
  register({ body }: RouteCall<typeof routes.postStation>): Promise<object> {
    return registerNewStation(this.#portal, body);
  }

  @Serves(routes.postCommand)
  command({ params, body, caller }: RouteCall<typeof routes.postCommand>): Promise<object> {
    return askStation(this.#portal, { ...params, payload: body }, caller);
  }

  @Serves(routes.getOperation)
  operation({ params }: RouteCall<typeof routes.getOperation>): Promise<object> {
    return findOperation(this.#portal, params.operationId);
  }

  @Serves(routes.listMessages)
  async messages({
    params,
    query,
    caller,
  }: RouteCall<typeof routes.listMessages>): Promise<object> {
    await findView(this.#portal, 'station', params.stationId, caller);
    return readWireLog(this.#portal, params.stationId, query);
  }
}
