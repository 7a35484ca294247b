import { Controller, Inject } from '@nestjs/common';
import { definePlan, recordFxRate } from '@roamgrid/contracts';
import type { RouteCall } from '../http/route.js';
import { Serves } from '../http/serves.js';
import type { Portal } from '../ports.js';
import * as routes from '../routes/plan-routes.js';
import { PORTAL } from './portal-token.js';

/** What retail prices are made of: plans, and the rates between currencies. */
@Controller()
export class PlansController {
  readonly #portal: Portal;

  constructor(@Inject(PORTAL) portal: Portal) {
    this.#portal = portal;
  }

  @Serves(routes.postPlan)
  async define({ body }: RouteCall<typeof routes.postPlan>): Promise<object> {
    await this.#portal.bus.request(definePlan, this.#portal.utility, { plan: body });
    return body;
  }

  @Serves(routes.postExchangeRate)
  async record({ body }: RouteCall<typeof routes.postExchangeRate>): Promise<object> {
    await this.#portal.bus.request(recordFxRate, this.#portal.utility, { fx: body });
    return body;
  }
}
