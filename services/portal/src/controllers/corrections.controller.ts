import { Controller, Inject } from '@nestjs/common';
import {
  answerDispute,
  approveBillCredit,
  correctCharge,
  creditBill,
  writeOffCdr,
  type BillCreditView,
  type ReplyOf,
} from '@roamgrid/contracts';
import type { RouteCall } from '../http/route.js';
import { Serves } from '../http/serves.js';
import type { Portal } from '../ports.js';
import { present } from '../read-model/present.js';
import * as routes from '../routes/correction-routes.js';
import { readCdrCredit, readOcpiCredit } from '../use-cases/read-cdr.js';
import { PORTAL } from './portal-token.js';

/** A document that is there stands on the answer itself, as everywhere. */
const shown = ({ signed, ...view }: BillCreditView): object => ({ ...view, ...signed });

const writeOffShown = (cdrId: string, reply: ReplyOf<typeof writeOffCdr>): object => ({
  cdrId,
  state: reply.state,
  ...reply.writeOff,
});

@Controller()
export class CorrectionsController {
  readonly #portal: Portal;

  constructor(@Inject(PORTAL) portal: Portal) {
    this.#portal = portal;
  }

  @Serves(routes.postCdrCredit)
  async credit({ params, body, caller }: RouteCall<typeof routes.postCdrCredit>): Promise<object> {
    const { credit, cdr } = await this.#portal.bus.request(correctCharge, this.#portal.utility, {
      charge: params,
      reason: body.reason,
      correction: body.correction ?? null,
      by: caller.subject,
    });
    return { credit, ...(cdr === null ? {} : { cdr }) };
  }

  @Serves(routes.getCdrCredit)
  getCredit({ params, query, caller }: RouteCall<typeof routes.getCdrCredit>): Promise<object> {
    return query.as === undefined
      ? readCdrCredit(this.#portal, params.cdrId, caller)
      : readOcpiCredit(this.#portal, params.cdrId, caller);
  }

  @Serves(routes.postDisputeAnswer)
  async answerDispute({
    params,
    body,
    caller,
  }: RouteCall<typeof routes.postDisputeAnswer>): Promise<object> {
    const data = await this.#portal.bus.request(answerDispute, this.#portal.utility, {
      ...params,
      ...body,
      by: caller.subject,
    });
    return present('invoice', { id: data.invoiceId, sortAtMs: 0n, data }, null);
  }

  @Serves(routes.postWriteOff)
  async proposeWriteOff({
    params,
    body,
    caller,
  }: RouteCall<typeof routes.postWriteOff>): Promise<object> {
    const request = { step: 'propose' as const, ...params, ...body, by: caller.subject };
    const reply = await this.#portal.bus.request(writeOffCdr, this.#portal.utility, request);
    return writeOffShown(params.cdrId, reply);
  }

  @Serves(routes.postWriteOffApproval)
  async approveWriteOff({
    params,
    caller,
  }: RouteCall<typeof routes.postWriteOffApproval>): Promise<object> {
    const request = { step: 'approve' as const, ...params, by: caller.subject };
    const reply = await this.#portal.bus.request(writeOffCdr, this.#portal.utility, request);
    return writeOffShown(params.cdrId, reply);
  }

  @Serves(routes.postBillCredit)
  async creditBill({
    params,
    body,
    caller,
  }: RouteCall<typeof routes.postBillCredit>): Promise<object> {
    return shown(
      await this.#portal.bus.request(creditBill, this.#portal.utility, {
        ...params,
        reason: body.reason,
        sessionIds: body.sessionIds ?? null,
        by: caller.subject,
      }),
    );
  }

  @Serves(routes.postBillCreditApproval)
  async approveBillCredit({
    params,
    caller,
  }: RouteCall<typeof routes.postBillCreditApproval>): Promise<object> {
    return shown(
      await this.#portal.bus.request(approveBillCredit, this.#portal.utility, {
        ...params,
        by: caller.subject,
      }),
    );
  }
}
