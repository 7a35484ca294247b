import { formatMoney, money } from '@roamgrid/kernel';
import { z } from 'zod';
import type { CustomerBillingFeed, FeedEntry, FeedOutcome } from '../feed/ports.js';
import { plainText, readAnswer, REFERENCE } from './read-answer.js';

const ANSWER_BOUND_MS = 10_000;
const REASON_CHARACTERS = 200;
/** of the 4xx, those that say: later */
const LATER: ReadonlySet<number> = new Set([408, 425, 429]);

const acknowledgement = z.looseObject({ reference: z.string().regex(REFERENCE) });

export interface HttpCustomerBillingOptions {
  /** where entries are posted to */
  readonly url: string;
  readonly token: string | null;
  readonly utility: string;
  /** how long an answer may take, its last byte included */
  readonly answerBoundMs?: number;
}

/**
 * A customer billing system over HTTP: `POST` with `Idempotency-Key`, answered 2xx with `{"reference"}` once it
 * has the entry for good. Any other 4xx than "later" is a refusal; everything else is tried again, and so is an
 * answer that is too long, ends too late or says something else.
 */
export class HttpCustomerBilling implements CustomerBillingFeed {
  readonly name = 'http';
  readonly #options: HttpCustomerBillingOptions;

  constructor(options: HttpCustomerBillingOptions) {
    this.#options = options;
  }

  async deliver(entry: FeedEntry): Promise<FeedOutcome> {
    const { url, token, utility } = this.#options;
    const { key, kind, billId, cdrId, consumerId, due, collectMinor, signed } = entry;
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(this.#options.answerBoundMs ?? ANSWER_BOUND_MS),
      headers: {
        'content-type': 'application/json',
        'idempotency-key': key,
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({
        key,
        kind,
        utility,
        consumerId,
        billId,
        cdrId,
        currency: due.currency,
        amountDue: formatMoney(due),
        collect: formatMoney(money(due.currency, collectMinor)),
        document: signed.document,
        documentHash: signed.documentHash,
        signature: signed.signature,
      }),
    });
    const text = await readAnswer(response);
    if (response.ok) {
      const { reference } = acknowledgement.parse(JSON.parse(text));
      return { outcome: 'acknowledged', reference };
    }
    const isRefused =
      response.status >= 400 && response.status < 500 && !LATER.has(response.status);
    const said = `${String(response.status)}: ${plainText(text, REASON_CHARACTERS)}`;
    if (isRefused) return { outcome: 'refused', reason: said };
    throw new Error(`the customer billing system answered ${said}`);
  }
}
