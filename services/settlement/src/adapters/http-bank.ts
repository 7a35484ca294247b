import { formatMoney, money } from '@roamgrid/kernel';
import { z } from 'zod';
import type { PaymentOrder, PaymentOrders, PaymentOutcome } from '../netting/ports.js';
import { plainText, readAnswer, REFERENCE } from './read-answer.js';

const ANSWER_BOUND_MS = 4_000;
const REASON_CHARACTERS = 300;

/** A bank's word on an order is that it will carry it out; that it has, its statement says. */
const outcomeSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('accepted'), reference: z.string().regex(REFERENCE) }),
  z.object({
    outcome: z.literal('rejected'),
    reason: z.string().transform((text) => plainText(text, REASON_CHARACTERS)),
  }),
]);

export interface HttpBankOptions {
  /** orders lie at `/orders` below it */
  readonly url: string;
  readonly token: string | null;
}

/**
 * A utility's bank over HTTP: `POST /orders` with `Idempotency-Key` and `GET /orders/{key}`, both answered with
 * `{"outcome": "accepted", "reference"}` or `{"outcome": "rejected", "reason"}`. Everything else is no answer.
 */
export class HttpBank implements PaymentOrders {
  readonly name = 'http-bank';
  readonly settledBy = 'statement';
  readonly #options: HttpBankOptions;

  constructor(options: HttpBankOptions) {
    this.#options = options;
  }

  async instruct(order: PaymentOrder): Promise<PaymentOutcome> {
    const { key, endToEndId, payee, currency, amountMinor, remittance } = order;
    const amount = formatMoney(money(currency, amountMinor));
    const response = await this.#call('/orders', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ key, endToEndId, payee, currency, amount, remittance }),
    });
    return readOutcome(response);
  }

  async find(key: string): Promise<PaymentOutcome | null> {
    const response = await this.#call(`/orders/${encodeURIComponent(key)}`, { method: 'GET' });
    if (response.status === 404) {
      await response.body?.cancel();
      return null;
    }
    return readOutcome(response);
  }

  #call(path: string, init: RequestInit): Promise<Response> {
    const { url, token } = this.#options;
    const headers = new Headers(init.headers);
    if (token !== null) headers.set('authorization', `Bearer ${token}`);
    return fetch(`${url}${path}`, {
      ...init,
      headers,
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_BOUND_MS),
    });
  }
}

async function readOutcome(response: Response): Promise<PaymentOutcome> {
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`the bank answered ${String(response.status)}`);
  }
  return outcomeSchema.parse(JSON.parse(await readAnswer(response)));
}
