import { Controller, Inject } from '@nestjs/common';
import {
  acceptInvoice,
  creditInvoice,
  disputeInvoice,
  listInvoiceLines,
  proveCdr,
  type InvoiceView,
} from '@roamgrid/contracts';
import type { RouteCall } from '../http/route.js';
import { Serves } from '../http/serves.js';
import type { Portal } from '../ports.js';
import { present } from '../read-model/present.js';
import type { JsonObject } from '../read-model/view.js';
import * as routes from '../routes/billing-routes.js';
import { closeBillingPeriod, makeBills } from '../use-cases/close-billing-period.js';
import { getView, having, listViews, withPartner } from '../use-cases/read-views.js';
import { PORTAL } from './portal-token.js';

function shown(data: InvoiceView): JsonObject {
  return present('invoice', { id: data.invoiceId, sortAtMs: 0n, data }, null);
}

@Controller()
export class InvoicesController {
  readonly #portal: Portal;

  constructor(@Inject(PORTAL) portal: Portal) {
    this.#portal = portal;
  }

  @Serves(routes.closeBillingPeriod)
  close({ body }: RouteCall<typeof routes.closeBillingPeriod>): Promise<object> {
    return closeBillingPeriod(this.#portal, body);
  }

  @Serves(routes.listInvoices)
  list({ query, caller }: RouteCall<typeof routes.listInvoices>): Promise<object> {
    return listViews(this.#portal, {
      kind: 'invoice',
      query,
      conditions: [
        having('direction', query.direction),
        having('state', query.state),
        withPartner(query.partner),
      ],
      caller,
    });
  }

  @Serves(routes.getInvoice)
  get({ params, caller }: RouteCall<typeof routes.getInvoice>): Promise<object> {
    return getView(this.#portal, 'invoice', params.invoiceId, caller);
  }

  @Serves(routes.listLines)
  lines({ params, query }: RouteCall<typeof routes.listLines>): Promise<object> {
    return this.#portal.bus.request(listInvoiceLines, this.#portal.utility, {
      invoiceId: params.invoiceId,
      limit: query.limit,
      cursor: query.cursor ?? null,
    });
  }

  @Serves(routes.getProof)
  proof({ params }: RouteCall<typeof routes.getProof>): Promise<object> {
    return this.#portal.bus.request(proveCdr, this.#portal.utility, params);
  }

  @Serves(routes.postAcceptance)
  async accept({ params, caller }: RouteCall<typeof routes.postAcceptance>): Promise<object> {
    const { invoiceId } = params;
    return shown(
      await this.#portal.bus.request(acceptInvoice, this.#portal.utility, {
        invoiceId,
        by: caller.subject,
      }),
    );
  }

  @Serves(routes.postDispute)
  async dispute({ params, body, caller }: RouteCall<typeof routes.postDispute>): Promise<object> {
    return shown(
      await this.#portal.bus.request(disputeInvoice, this.#portal.utility, {
        invoiceId: params.invoiceId,
        lines: body.lines,
        by: caller.subject,
      }),
    );
  }

  @Serves(routes.postCredit)
  async credit({ params, body, caller }: RouteCall<typeof routes.postCredit>): Promise<object> {
    const { creditNote, invoice } = await this.#portal.bus.request(
      creditInvoice,
      this.#portal.utility,
      { invoiceId: params.invoiceId, ...body, by: caller.subject },
    );
    return { creditNote, ...(invoice === null ? {} : { invoice: shown(invoice) }) };
  }

  @Serves(routes.postBills)
  makeBills({ body }: RouteCall<typeof routes.postBills>): Promise<object> {
    return makeBills(this.#portal, body);
  }

  @Serves(routes.listBills)
  listBills({ query, caller }: RouteCall<typeof routes.listBills>): Promise<object> {
    return listViews(this.#portal, { kind: 'bill', query, conditions: [], caller });
  }

  @Serves(routes.getBill)
  getBill({ params, caller }: RouteCall<typeof routes.getBill>): Promise<object> {
    return getView(this.#portal, 'bill', params.billId, caller);
  }
}
