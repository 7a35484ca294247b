import { Controller, Inject } from '@nestjs/common';
import {
  amendContract,
  concludeContract,
  endContract,
  readContractVersion,
} from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { RouteCall } from '../http/route.js';
import { Serves } from '../http/serves.js';
import type { Portal } from '../ports.js';
import * as routes from '../routes/driver-contract-routes.js';
import { getView, having, listViews } from '../use-cases/read-views.js';
import { PORTAL } from './portal-token.js';

@Controller()
export class DriverContractsController {
  readonly #portal: Portal;

  constructor(@Inject(PORTAL) portal: Portal) {
    this.#portal = portal;
  }

  @Serves(routes.listDriverContracts)
  list({ query, caller }: RouteCall<typeof routes.listDriverContracts>): Promise<object> {
    return listViews(this.#portal, {
      kind: 'driverContract',
      query,
      conditions: [having('consumerId', query.consumerId), having('state', query.state)],
      caller,
    });
  }

  @Serves(routes.getDriverContract)
  get({ params, caller }: RouteCall<typeof routes.getDriverContract>): Promise<object> {
    return getView(this.#portal, 'driverContract', params.driverContractId, caller);
  }

  @Serves(routes.getDriverContractVersion)
  async getVersion({ params }: RouteCall<typeof routes.getDriverContractVersion>): Promise<object> {
    const { bus, utility } = this.#portal;
    const { found } = await bus.request(readContractVersion, utility, params);
    if (found === null) throw new RoamgridError('not_found', 'no such object');
    return found;
  }

  @Serves(routes.postDriverContractVersion)
  amend(call: RouteCall<typeof routes.postDriverContractVersion>): Promise<object> {
    const { version, acceptance, ...changes } = call.body;
    return this.#portal.bus.request(amendContract, this.#portal.utility, {
      ...call.params,
      version: version ?? null,
      changes,
      acceptance: acceptance ?? null,
      revisions: call.ifMatch === null ? null : [...call.ifMatch],
    });
  }

  @Serves(routes.postDriverContractEnd)
  end({ params, body, ifMatch }: RouteCall<typeof routes.postDriverContractEnd>): Promise<object> {
    return this.#portal.bus.request(endContract, this.#portal.utility, {
      ...params,
      ...body,
      revisions: ifMatch === null ? null : [...ifMatch],
    });
  }

  @Serves(routes.postConsumerDriverContract)
  conclude(call: RouteCall<typeof routes.postConsumerDriverContract>): Promise<object> {
    const { acceptance, ...changes } = call.body;
    return this.#portal.bus.request(concludeContract, this.#portal.utility, {
      ...call.params,
      changes,
      acceptance: acceptance ?? null,
    });
  }
}
