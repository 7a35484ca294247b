import type {
  cosignSettlement,
  ReplyOf,
  SettlementDifference,
  SignedPaymentAdvice,
  SignedSettlement,
} from '@roamgrid/contracts';
import type { CurrencyCode, InstantMs } from '@roamgrid/kernel';
import type {
  NettableInvoice,
  PaymentRecord,
  PaymentState,
  SettlementRecord,
  SettlementState,
} from './records.js';

/** Settlements and payments of this utility. */
export interface SettlementBook {
  find(settlementId: string): Promise<SettlementRecord | null>;
  /** As `find`, and nobody else changes it until the transaction ends. */
  lock(settlementId: string): Promise<SettlementRecord | null>;
  /** With what each of its items takes up of our invoices; below zero where it gives back. */
  add(
    record: Omit<SettlementRecord, 'differences'>,
    taken: readonly { readonly invoiceId: string; readonly minor: bigint }[],
  ): Promise<void>;
  setState(settlementId: string, state: SettlementState): Promise<void>;
  setCosigned(settlement: SignedSettlement): Promise<void>;
  setDifferences(settlementId: string, differences: readonly SettlementDifference[]): Promise<void>;
  /** The proposal of ours that a partner has not answered; one at most a currency. */
  openProposal(partner: string, currency: CurrencyCode): Promise<SettlementRecord | null>;
  openProposals(): Promise<SettlementRecord[]>;
  /** The number of the last settlement that both signed; 0 before the first. */
  lastSequence(partner: string, currency: CurrencyCode): Promise<number>;
  /** Invoices with anything owed, taken up or to be given back. */
  nettable(partner: string, currency: CurrencyCode): Promise<NettableInvoice[]>;
  /** As `nettable`, over all partners and currencies. */
  allNettable(): Promise<NettableInvoice[]>;
  /** What a settlement takes up of each of our invoices. */
  takenOf(settlementId: string): Promise<{ invoiceId: string; minor: bigint }[]>;
  /** What settlements that are over have taken up of an invoice. */
  settledOf(invoiceId: string): Promise<bigint>;
  /** Ids of settlements; a page in order of id. */
  idsAfter(settlementId: string, limit: number): Promise<string[]>;
}

/** Payments of settlements: ordered by us, or advised by the partner that pays. */
export interface PaymentBook {
  add(payment: Omit<PaymentRecord, 'attempts'>): Promise<void>;
  ofSettlement(settlementId: string): Promise<PaymentRecord[]>;
  /** nobody else changes it until the transaction ends */
  find(paymentId: string): Promise<PaymentRecord | null>;
  /** Ordered or unknown ones whose next attempt is due. */
  due(nowMs: InstantMs, limit: number): Promise<PaymentRecord[]>;
  /** Counts an attempt and what it came to. */
  conclude(
    paymentId: string,
    outcome: {
      readonly state: PaymentState;
      readonly reference?: string;
      readonly detail?: string;
      readonly advice?: SignedPaymentAdvice;
      readonly nextAttemptAtMs?: InstantMs;
    },
  ): Promise<void>;
}

export interface PaymentOrder {
  /** names the order for ever: sent twice it is paid once */
  readonly key: string;
  readonly payee: string;
  readonly currency: CurrencyCode;
  readonly amountMinor: bigint;
  /** what both read on their statements: ISO 20022's `EndToEndId` */
  readonly endToEndId: string;
  /** what the payee reads on its statement */
  readonly remittance: string;
}

/** What a bank says of an order. */
export type PaymentOutcome =
  | { readonly outcome: 'acknowledged'; readonly reference: string; readonly at: string }
  /** it will be carried out; that it was, a statement says */
  | { readonly outcome: 'accepted'; readonly reference: string }
  | { readonly outcome: 'rejected'; readonly reason: string };

/** The utility's bank. An error means that nobody knows: the key is asked before anything is sent again. */
export interface PaymentOrders {
  /** how the adapter is named in the API, `sandbox-bank` */
  readonly name: string;
  /** whether its word is enough, or a payment is one when its statement shows it: also one that reaches us */
  readonly settledBy: 'acknowledgement' | 'statement';
  instruct(order: PaymentOrder): Promise<PaymentOutcome>;
  /** What became of an order; null where the bank never had it. */
  find(key: string): Promise<PaymentOutcome | null>;
}

/** Other utilities' settlement services; never inside a transaction. */
export interface Partners {
  /** @throws RoamgridError `peer_unreachable` and others: nobody knows whether it was signed */
  cosignSettlement(
    partner: string,
    settlement: SignedSettlement,
  ): Promise<ReplyOf<typeof cosignSettlement>>;
}
