import { Controller, Inject } from '@nestjs/common';
import { listBankItems, readCardPayout, resolveBankItem } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { RouteCall } from '../http/route.js';
import { Serves } from '../http/serves.js';
import type { Portal } from '../ports.js';
import * as routes from '../routes/bank-routes.js';
import { hashOf, readStatementText } from '../use-cases/read-bank-statement.js';
import { PORTAL } from './portal-token.js';

const CURSOR = /^[1-9]\d{0,17}$/;

/** @throws RoamgridError `malformed_request` for a cursor that we did not write */
function placeOf(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  if (CURSOR.test(cursor)) return cursor;
  throw new RoamgridError('malformed_request', 'the cursor is not one of ours', [
    { path: 'cursor', message: 'not a cursor of this list' },
  ]);
}

/** What our bank and our payment provider say has moved. */
@Controller()
export class BankController {
  readonly #portal: Portal;

  constructor(@Inject(PORTAL) portal: Portal) {
    this.#portal = portal;
  }

  @Serves(routes.postBankStatement)
  read({ body, caller }: RouteCall<typeof routes.postBankStatement>): Promise<object> {
    return readStatementText(this.#portal, body, caller.subject);
  }

  @Serves(routes.postCardPayout)
  readPayout({ body, caller }: RouteCall<typeof routes.postCardPayout>): Promise<object> {
    const contentHash = hashOf(JSON.stringify(body));
    const request = { payout: body, contentHash, by: caller.subject };
    return this.#portal.bus.request(readCardPayout, this.#portal.utility, request);
  }

  @Serves(routes.listBankItems)
  async list({ query }: RouteCall<typeof routes.listBankItems>): Promise<object> {
    const { items, next } = await this.#portal.bus.request(listBankItems, this.#portal.utility, {
      state: query.state ?? null,
      limit: query.limit,
      after: placeOf(query.cursor),
    });
    return { items, nextCursor: next };
  }

  @Serves(routes.postBankResolution)
  propose({ params, body, caller }: RouteCall<typeof routes.postBankResolution>): Promise<object> {
    const { kind, note, paymentId = null } = body;
    const said = { step: 'propose' as const, kind, note, paymentId, by: caller.subject };
    return this.#portal.bus.request(resolveBankItem, this.#portal.utility, { ...params, ...said });
  }

  @Serves(routes.postBankApproval)
  approve({ params, caller }: RouteCall<typeof routes.postBankApproval>): Promise<object> {
    const request = { step: 'approve' as const, ...params, by: caller.subject };
    return this.#portal.bus.request(resolveBankItem, this.#portal.utility, request);
  }
}
