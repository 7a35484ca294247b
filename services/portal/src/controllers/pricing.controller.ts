import { Controller, Inject } from '@nestjs/common';
import { draftTariff, editTariff, publishTariff, withdrawTariff } from '@roamgrid/contracts';
import { inDocument } from '../http/beneath.js';
import type { RouteCall } from '../http/route.js';
import { Serves } from '../http/serves.js';
import type { Portal } from '../ports.js';
import * as routes from '../routes/pricing-routes.js';
import { draftTariffVersion } from '../use-cases/draft-tariff.js';
import { readTariff, readTariffVersion } from '../use-cases/read-tariff.js';
import { having, listViews } from '../use-cases/read-views.js';
import { PORTAL } from './portal-token.js';

@Controller()
export class PricingController {
  readonly #portal: Portal;

  constructor(@Inject(PORTAL) portal: Portal) {
    this.#portal = portal;
  }

  @Serves(routes.listTariffs)
  listTariffs({ query, caller }: RouteCall<typeof routes.listTariffs>): Promise<object> {
    const filters = ['customerClass', 'stationClass', 'purpose', 'state'] as const;
    return listViews(this.#portal, {
      kind: 'tariff',
      query,
      conditions: filters.map((member) => having(member, query[member])),
      caller,
    });
  }

  @Serves(routes.getTariff)
  getTariff({ params }: RouteCall<typeof routes.getTariff>): Promise<object> {
    return readTariff(this.#portal, params.tariffId);
  }

  @Serves(routes.getTariffVersion)
  getVersion({ params }: RouteCall<typeof routes.getTariffVersion>): Promise<object> {
    return readTariffVersion(this.#portal, params.tariffId, params.version);
  }

  @Serves(routes.postTariff)
  draft({ body, caller }: RouteCall<typeof routes.postTariff>): Promise<object> {
    return inDocument(
      this.#portal.bus.request(draftTariff, this.#portal.utility, {
        ...body,
        tariffId: null,
        author: caller.subject,
      }),
    );
  }

  @Serves(routes.postTariffVersion)
  draftVersion(call: RouteCall<typeof routes.postTariffVersion>): Promise<object> {
    const { params, body, caller, ifMatch } = call;
    return inDocument(
      draftTariffVersion(this.#portal, {
        tariffId: params.tariffId,
        document: body.document,
        author: caller.subject,
        revisions: ifMatch,
      }),
    );
  }

  @Serves(routes.putTariffVersion)
  replaceVersion(call: RouteCall<typeof routes.putTariffVersion>): Promise<object> {
    return this.#edit(call);
  }

  @Serves(routes.patchTariffVersion)
  editVersion(call: RouteCall<typeof routes.patchTariffVersion>): Promise<object> {
    return this.#edit(call);
  }

  #edit(call: RouteCall<typeof routes.patchTariffVersion>): Promise<object> {
    const { params, body, caller, ifMatch } = call;
    return inDocument(
      this.#portal.bus.request(editTariff, this.#portal.utility, {
        ...params,
        document: body.document,
        editor: caller.subject,
        revisions: ifMatch === null ? null : [...ifMatch],
      }),
    );
  }

  @Serves(routes.deleteTariffVersion)
  withdrawVersion({
    params,
    ifMatch,
  }: RouteCall<typeof routes.deleteTariffVersion>): Promise<object> {
    return this.#portal.bus.request(withdrawTariff, this.#portal.utility, {
      ...params,
      revisions: ifMatch === null ? null : [...ifMatch],
    });
  }

  @Serves(routes.postPublication)
  publish({ params, caller, ifMatch }: RouteCall<typeof routes.postPublication>): Promise<object> {
    return this.#portal.bus.request(publishTariff, this.#portal.utility, {
      tariffId: params.tariffId,
      version: params.version,
      publisher: caller.subject,
      revisions: ifMatch === null ? null : [...ifMatch],
    });
  }
}
