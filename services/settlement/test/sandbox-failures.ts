import type { PaymentOrder, PaymentOrders, PaymentOutcome } from '../src/netting/ports.js';

/** A bank that fails on demand: before it has the order, or after, so that the answer alone is lost. */
export class FailingBank implements PaymentOrders {
  readonly name = 'failing-bank';
  settledBy: PaymentOrders['settledBy'] = 'acknowledgement';
  readonly paid = new Map<string, PaymentOutcome>();
  readonly instructed: PaymentOrder[] = [];
  failure: 'none' | 'beforeOrder' | 'answerLost' | 'rejects' = 'none';

  instruct(order: PaymentOrder): Promise<PaymentOutcome> {
    this.instructed.push(order);
    if (this.failure === 'beforeOrder') return Promise.reject(new Error('no answer in time'));
    if (this.failure === 'rejects') {
      return Promise.resolve({ outcome: 'rejected', reason: 'account closed' });
    }
    const outcome = {
      outcome: 'acknowledged' as const,
      reference: `REF-${String(this.paid.size + 1)}`,
      at: '2026-11-20T12:00:00Z',
    };
    this.paid.set(order.key, outcome);
    return this.failure === 'answerLost'
      ? Promise.reject(new Error('no answer in time'))
      : Promise.resolve(outcome);
  }

  find(key: string): Promise<PaymentOutcome | null> {
    return Promise.resolve(this.paid.get(key) ?? null);
  }
}

/** A bank as banks are: it takes an order, and its statement says what became of it. */
export class AcceptingBank implements PaymentOrders {
  readonly name = 'accepting-bank';
  readonly settledBy = 'statement';
  readonly orders = new Map<string, PaymentOrder>();
  failure: 'none' | 'answerLost' = 'none';

  instruct(order: PaymentOrder): Promise<PaymentOutcome> {
    this.orders.set(order.key, order);
    return this.failure === 'answerLost'
      ? Promise.reject(new Error('no answer in time'))
      : Promise.resolve({ outcome: 'accepted', reference: `ORDER-${String(this.orders.size)}` });
  }

  find(key: string): Promise<PaymentOutcome | null> {
    const isKnown = this.orders.has(key);
    return Promise.resolve(isKnown ? { outcome: 'accepted', reference: 'ORDER-1' } : null);
  }
}
