import type { InstantMs, Money } from '@roamgrid/kernel';

export type FeedKind = 'bill' | 'billCredit';
/** `refused`: the billing system answered that it will not take it; it is offered again, rarely. */
export type FeedState = 'pending' | 'delivered' | 'refused';

/** A signed document for the utility's own customer billing, and what it adds to what it collects. */
export interface FeedEntry {
  /** `bill:<billId>`: names the delivery for ever */
  readonly key: string;
  readonly kind: FeedKind;
  readonly billId: string;
  readonly consumerId: string;
  /** below zero where the driver gets something back */
  readonly due: Money;
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
  /** Locked, so that an acknowledgement is booked once. */
  find(key: string): Promise<FeedRecord | null>;
  due(nowMs: InstantMs, limit: number): Promise<FeedRecord[]>;
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
