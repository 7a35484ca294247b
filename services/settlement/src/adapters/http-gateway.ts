import { formatMoney, money } from '@roamgrid/kernel';
import { z } from 'zod';
import type { CardOrder, CardOutcome, PaymentGateway } from '../cards/ports.js';
import { plainText, readAnswer, REFERENCE } from './read-answer.js';

const ANSWER_BOUND_MS = 4_000;
const REASON_CHARACTERS = 300;

const outcomeSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('done'), reference: z.string().regex(REFERENCE) }),
  z.object({
    outcome: z.literal('declined'),
    reason: z.string().transform((text) => plainText(text, REASON_CHARACTERS)),
  }),
]);

export interface HttpGatewayOptions {
  /** of the provider; orders lie at `/orders` below it */
  readonly url: string;
  readonly token: string | null;
  /** how long an answer may take, its last byte included */
  readonly answerBoundMs?: number;
}

/**
 * A payment provider over HTTP: `POST /orders` with `Idempotency-Key` and `GET /orders/{key}`, both answered with
 * `{"outcome": "done", "reference"}` or `{"outcome": "declined", "reason"}`. Everything else is no answer.
 */
export class HttpGateway implements PaymentGateway {
  readonly name = 'http';
  readonly #options: HttpGatewayOptions;

  constructor(options: HttpGatewayOptions) {
    this.#options = options;
  }

  async execute(order: CardOrder): Promise<CardOutcome> {
    const { key, operation, method, currency, amountMinor, upon } = order;
    const amount = formatMoney(money(currency, amountMinor));
    const response = await this.#call('/orders', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ key, operation, method, currency, amount, upon }),
    });
    return readOutcome(response);
  }

  async find(key: string): Promise<CardOutcome | null> {
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
      signal: AbortSignal.timeout(this.#options.answerBoundMs ?? ANSWER_BOUND_MS),
    });
  }
}

async function readOutcome(response: Response): Promise<CardOutcome> {
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`the payment provider answered ${String(response.status)}`);
  }
  return outcomeSchema.parse(JSON.parse(await readAnswer(response)));
}
