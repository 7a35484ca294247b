import { Controller, Inject } from '@nestjs/common';
import {
  approveApprovalLimit,
  proposeApprovalLimit,
  readApprovalLimits,
} from '@roamgrid/contracts';
import type { RouteCall } from '../http/route.js';
import { Serves } from '../http/serves.js';
import type { Portal } from '../ports.js';
import * as routes from '../routes/approval-routes.js';
import { PORTAL } from './portal-token.js';

/** What one person may do alone. */
@Controller()
export class ApprovalsController {
  readonly #portal: Portal;

  constructor(@Inject(PORTAL) portal: Portal) {
    this.#portal = portal;
  }

  @Serves(routes.listApprovalLimits)
  async limits(): Promise<object> {
    const { items } = await this.#portal.bus.request(readApprovalLimits, this.#portal.utility, {});
    return { items, nextCursor: null };
  }

  @Serves(routes.postApprovalLimit)
  propose({ body, caller }: RouteCall<typeof routes.postApprovalLimit>): Promise<object> {
    const request = { ...body, by: caller.subject };
    return this.#portal.bus.request(proposeApprovalLimit, this.#portal.utility, request);
  }

  @Serves(routes.postApprovalLimitApproval)
  approve({ params, caller }: RouteCall<typeof routes.postApprovalLimitApproval>): Promise<object> {
    const request = { ...params, by: caller.subject };
    return this.#portal.bus.request(approveApprovalLimit, this.#portal.utility, request);
  }
}
