import type { CurrencyCode, InstantMs } from '@roamgrid/kernel';

export type CardOperation = 'authorize' | 'capture' | 'void' | 'charge' | 'refund';
/** `unknown`: the provider did not answer in time; its key is asked before anything is sent again. */
export type CardOrderState = 'ordered' | 'unknown' | 'done' | 'declined';

/** One thing asked of the payment provider. */
export interface CardOrder {
  /** names it for ever: sent twice it happens once */
  readonly key: string;
  readonly operation: CardOperation;
  /** the provider's token of the card or account */
  readonly method: string;
  readonly currency: CurrencyCode;
  readonly amountMinor: bigint;
  /** the authorization that is captured or voided, the capture or charge that is refunded */
  readonly upon: string | null;
}

export type CardOutcome =
  | { readonly outcome: 'done'; readonly reference: string }
  | { readonly outcome: 'declined'; readonly reason: string };

/**
 * A payment provider. What every adapter promises stands in `test/payment-gateway-specification.ts`. An error
 * means that nobody knows.
 */
export interface PaymentGateway {
  /** how the adapter is named in the API */
  readonly name: string;
  /** The same key again gives the same outcome, and nothing happens twice. */
  execute(order: CardOrder): Promise<CardOutcome>;
  /** What became of an order; null where the provider has none, or has not decided yet. */
  find(key: string): Promise<CardOutcome | null>;
}

export interface CardOrderRecord extends CardOrder {
  readonly mandateId: string;
  readonly consumerId: string;
  /** of a capture, charge or refund */
  readonly cdrId: string | null;
  readonly state: CardOrderState;
  readonly reference: string | null;
  readonly detail: string | null;
  readonly attempts: number;
}

/** Orders of one mandate are carried out one after another. */
export interface CardBook {
  /** False where an order with this key is there already. */
  add(
    order: Omit<CardOrderRecord, 'state' | 'reference' | 'detail' | 'attempts'>,
    atMs: InstantMs,
  ): Promise<boolean>;
  find(key: string): Promise<CardOrderRecord | null>;
  /** Of a mandate, in the order in which they were given; nobody else adds to them meanwhile. */
  lockMandate(mandateId: string): Promise<CardOrderRecord[]>;
  /** Captures, charges and refunds of a CDR. */
  ofCdr(cdrId: string): Promise<CardOrderRecord[]>;
  /** Each the first of its mandate that is not over. */
  due(nowMs: InstantMs, limit: number): Promise<CardOrderRecord[]>;
  /** Authorizations before an instant that were neither captured nor voided. */
  forgotten(beforeMs: InstantMs, limit: number): Promise<CardOrderRecord[]>;
  conclude(
    key: string,
    outcome: Pick<CardOrderRecord, 'state' | 'reference' | 'detail'>,
    nextAttemptAtMs: InstantMs,
  ): Promise<void>;
  /** Takes what was paid off what a driver owes for a CDR. */
  addPaid(cdrId: string, amountMinor: bigint): Promise<void>;
  count(): Promise<Record<CardOrderState, number>>;
}
