import { Controller, Inject } from '@nestjs/common';
import {
  noticeAgreement,
  proposeAgreement,
  signAgreement,
  type RequestInput,
} from '@roamgrid/contracts';
import type { RouteCall } from '../http/route.js';
import { Serves } from '../http/serves.js';
import type { Portal } from '../ports.js';
import * as routes from '../routes/agreement-routes.js';
import { amendAgreement } from '../use-cases/amend-agreement.js';
import { getView, listViews } from '../use-cases/read-views.js';
import { PORTAL } from './portal-token.js';

@Controller()
export class AgreementsController {
  readonly #portal: Portal;

  constructor(@Inject(PORTAL) portal: Portal) {
    this.#portal = portal;
  }

  @Serves(routes.listAgreements)
  list({ query, caller }: RouteCall<typeof routes.listAgreements>): Promise<object> {
    const { partner } = query;
    return listViews(this.#portal, {
      kind: 'agreement',
      query,
      conditions: [partner === undefined ? null : { agreementWith: partner }],
      caller,
    });
  }

  @Serves(routes.getAgreement)
  get({ params, caller }: RouteCall<typeof routes.getAgreement>): Promise<object> {
    return getView(this.#portal, 'agreement', params.agreementId, caller);
  }

  @Serves(routes.postAgreement)
  propose({ body, caller }: RouteCall<typeof routes.postAgreement>): Promise<object> {
    const agreementId = body.agreementId ?? this.#portal.ids.uuid();
    return this.#portal.bus.request(proposeAgreement, this.#portal.utility, {
      document: { type: 'agreement', schemaVersion: 1, ...body, agreementId },
      by: caller.subject,
    });
  }

  @Serves(routes.postAmendment)
  amend({ params, body, caller }: RouteCall<typeof routes.postAmendment>): Promise<object> {
    return amendAgreement(this.#portal, params.agreementId, body, caller);
  }

  @Serves(routes.postSignature)
  sign({ params, caller }: RouteCall<typeof routes.postSignature>): Promise<object> {
    return this.#portal.bus.request(signAgreement, this.#portal.utility, {
      agreementId: params.agreementId,
      by: caller.subject,
    });
  }

  @Serves(routes.postSuspension)
  suspend({ params, body }: RouteCall<typeof routes.postSuspension>): Promise<object> {
    return this.#notice({ ...params, ...body, action: 'suspend', at: null });
  }

  @Serves(routes.postResumption)
  resume({ params, body }: RouteCall<typeof routes.postResumption>): Promise<object> {
    return this.#notice({ ...params, ...body, action: 'resume', at: null });
  }

  @Serves(routes.postEnd)
  end({ params, body }: RouteCall<typeof routes.postEnd>): Promise<object> {
    return this.#notice({ ...params, ...body, action: 'end', at: body.at ?? null });
  }

  @Serves(routes.postWithdrawal)
  withdraw({ params, body }: RouteCall<typeof routes.postWithdrawal>): Promise<object> {
    return this.#notice({ ...params, ...body, action: 'withdraw', at: null });
  }

  #notice(notice: RequestInput<typeof noticeAgreement>): Promise<object> {
    return this.#portal.bus.request(noticeAgreement, this.#portal.utility, notice);
  }
}
