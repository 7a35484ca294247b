import { Controller, Inject } from '@nestjs/common';
import { addCard, changeCard, listCards, revokeMandate } from '@roamgrid/contracts';
import type { RouteCall } from '../http/route.js';
import { Serves } from '../http/serves.js';
import type { Portal } from '../ports.js';
import * as routes from '../routes/operation-routes.js';
import {
  addConsumer,
  changeConsumer,
  findByCin,
  withBalance,
} from '../use-cases/manage-consumers.js';
import { getView, having, inRole, listViews, withPartner } from '../use-cases/read-views.js';
import { PORTAL } from './portal-token.js';

@Controller()
export class ConsumersController {
  readonly #portal: Portal;

  constructor(@Inject(PORTAL) portal: Portal) {
    this.#portal = portal;
  }

  @Serves(routes.listConsumers)
  async list({ query, caller }: RouteCall<typeof routes.listConsumers>): Promise<object> {
    const page = await listViews(this.#portal, {
      kind: 'consumer',
      query,
      conditions: [having('state', query.state)],
      caller,
    });
    return {
      ...page,
      items: await Promise.all(page.items.map((item) => withBalance(this.#portal, item))),
    };
  }

  @Serves(routes.getConsumer)
  async get({ params, caller }: RouteCall<typeof routes.getConsumer>): Promise<object> {
    const consumer = await getView(this.#portal, 'consumer', params.consumerId, caller);
    return withBalance(this.#portal, consumer);
  }

  @Serves(routes.postConsumer)
  create({ body }: RouteCall<typeof routes.postConsumer>): Promise<object> {
    return addConsumer(this.#portal, body);
  }

  @Serves(routes.searchConsumers)
  search({ body }: RouteCall<typeof routes.searchConsumers>): Promise<object> {
    return findByCin(this.#portal, body.cin);
  }

  @Serves(routes.patchConsumer)
  change({ params, body }: RouteCall<typeof routes.patchConsumer>): Promise<object> {
    return changeConsumer(this.#portal, params.consumerId, body);
  }

  @Serves(routes.listConsumerCards)
  listCards({ params }: RouteCall<typeof routes.listConsumerCards>): Promise<object> {
    return this.#portal.bus.request(listCards, this.#portal.utility, params);
  }

  @Serves(routes.postConsumerCard)
  addCard({ params, body }: RouteCall<typeof routes.postConsumerCard>): Promise<object> {
    return this.#portal.bus.request(addCard, this.#portal.utility, { ...params, ...body });
  }

  @Serves(routes.patchConsumerCard)
  changeCard({ params, body }: RouteCall<typeof routes.patchConsumerCard>): Promise<object> {
    return this.#portal.bus.request(changeCard, this.#portal.utility, { ...params, ...body });
  }

  @Serves(routes.listMandates)
  listMandates({ query, caller }: RouteCall<typeof routes.listMandates>): Promise<object> {
    return listViews(this.#portal, {
      kind: 'mandate',
      query,
      conditions: [
        inRole(query.role, this.#portal.utility),
        having('state', query.state),
        withPartner(query.partner),
      ],
      caller,
    });
  }

  @Serves(routes.deleteMandate)
  revoke({ params }: RouteCall<typeof routes.deleteMandate>): Promise<object> {
    return this.#portal.bus.request(revokeMandate, this.#portal.utility, params);
  }
}
