import { Controller, Inject } from '@nestjs/common';
import { cancelReservation, findReservation } from '@roamgrid/contracts';
import type { RouteCall } from '../http/route.js';
import { Serves } from '../http/serves.js';
import type { Portal } from '../ports.js';
import * as routes from '../routes/reservation-routes.js';
import { askForReservation } from '../use-cases/ask-for-reservation.js';
import { requirePartner } from '../use-cases/require-partner.js';
import { PORTAL } from './portal-token.js';

@Controller()
export class ReservationsController {
  readonly #portal: Portal;

  constructor(@Inject(PORTAL) portal: Portal) {
    this.#portal = portal;
  }

  @Serves(routes.postReservation)
  ask({ body }: RouteCall<typeof routes.postReservation>): Promise<object> {
    return askForReservation(this.#portal, body);
  }

  @Serves(routes.getReservation)
  get({ params, query }: RouteCall<typeof routes.getReservation>): Promise<object> {
    requirePartner(this.#portal, query.visitedUtility);
    return this.#portal.bus.request(findReservation, this.#portal.utility, {
      ...params,
      ...query,
    });
  }

  @Serves(routes.deleteReservation)
  cancel({ params, query }: RouteCall<typeof routes.deleteReservation>): Promise<object> {
    requirePartner(this.#portal, query.visitedUtility);
    return this.#portal.bus.request(cancelReservation, this.#portal.utility, {
      ...params,
      ...query,
    });
  }
}
