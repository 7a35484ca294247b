import type { InstantMs, Money } from '@roamgrid/kernel';

/** What is to be collected for a charge, item by item; and the documents on which the driver reads it. */
export type FeedKind = 'charge' | 'chargePayment' | 'chargeReversal' | 'bill' | 'billCredit';
/** `refused`: the billing system answered that it will not take it; it is offered again, rarely. */
export type FeedState = 'pending' | 'delivered' | 'refused';

/** A signed document for the utility's own customer billing. */
export interface FeedEntry {
  /** `charge:<cdrId>`, `bill:<billId>`: names the delivery for ever */
  readonly key: string;
  readonly kind: FeedKind;
  /** of a bill or a credit on it; null for items of a charge */
  readonly billId: string | null;
  /** of an item of a charge */
  readonly cdrId: string | null;
  readonly consumerId: string;
  /** as the document says; below zero where the driver gets something back */
  readonly due: Money;
  /** what it adds to what customer billing collects: nothing, where items of charges told it before */
  readonly collectMinor: bigint;
  readonly signed: {
    readonly document: unknown;
    readonly documentHash: string;
    readonly signature: string;
  };
}

export interface FeedRecord extends FeedEntry {
  readonly state: FeedState;
  readonly through: string | null;
  readonly reference: string | null;
  readonly detail: string | null;
  readonly attempts: number;
}

/** What leaves for the customer billing system, kept until it has acknowledged it. */
export interface FeedBook {
  /** The same key again changes nothing. */
  add(entry: FeedEntry, atMs: InstantMs): Promise<void>;
  ofBill(billId: string): Promise<FeedRecord[]>;
  ofCharge(cdrId: string): Promise<FeedRecord[]>;
  /** Locked, so that an acknowledgement is booked once. */
  find(key: string): Promise<FeedRecord | null>;
  due(nowMs: InstantMs, limit: number): Promise<FeedRecord[]>;
  /** charges whose items do not add up to what their drivers owe */
  inconsistent(): Promise<{ checked: number; cdrIds: string[] }>;
  /** Counts an attempt and what it came to. */
  conclude(
    key: string,
    outcome: Pick<FeedRecord, 'state' | 'through' | 'reference' | 'detail'>,
    nextAttemptAtMs: InstantMs,
  ): Promise<void>;
}

export type FeedOutcome =
  | { readonly outcome: 'acknowledged'; readonly reference: string }
  | { readonly outcome: 'refused'; readonly reason: string };

/**
 * The utility's own customer billing, from which a driver gets the one bill from home. It takes an entry once
 * by its key. An error means that nobody knows: the same entry is delivered again under the same key.
 */
export interface CustomerBillingFeed {
  /** how the adapter is named in the API */
  readonly name: string;
  deliver(entry: FeedEntry): Promise<FeedOutcome>;
}
