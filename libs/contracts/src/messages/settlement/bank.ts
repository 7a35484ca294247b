import { z } from 'zod';
import { defineContract } from '../../contract.js';
import {
  currencyCode,
  decimalString,
  hashHex,
  identifier,
  instantString,
  utilitySlug,
  uuid,
} from '../../values.js';

/** Why an entry of a bank's statement, or a line of a provider's payout, waits for staff. */
export const BANK_REASONS = [
  'reference_unknown',
  'amount_differs',
  'currency_differs',
  'direction_differs',
  'paid_twice',
  'payment_returned',
  'not_instructed',
  'order_unknown',
  'order_not_done',
] as const;

export const BANK_ITEM_STATES = ['matched', 'suspense', 'proposed', 'resolved'] as const;

/** What staff makes of an item: which of our accounts the money belongs to. */
export const BANK_RESOLUTIONS = ['settles', 'returned', 'fee', 'sendBack'] as const;

/** One movement on the account, as a statement tells it. */
export const statementEntry = z.strictObject({
  /** the bank's own */
  reference: identifier.nullable(),
  /** what the payer's order said (ISO 20022 `EndToEndId`) */
  endToEndId: identifier.nullable(),
  direction: z.enum(['credit', 'debit']),
  amount: decimalString,
  /** the bank says that it takes an earlier movement back */
  isReturn: z.boolean(),
  bookedAt: instantString,
  remittance: z.string().max(300).nullable(),
});
export type StatementEntry = z.infer<typeof statementEntry>;

/** A bank's statement of one account, read from camt.053 or CSV. */
export const bankStatement = z.strictObject({
  statementId: identifier,
  account: identifier,
  currency: currencyCode,
  openingBalance: decimalString,
  closingBalance: decimalString,
  entries: z.array(statementEntry).max(10_000),
});
export type BankStatement = z.infer<typeof bankStatement>;

const resolution = z.strictObject({
  kind: z.enum(BANK_RESOLUTIONS),
  /** of `settles` and `returned` */
  paymentId: uuid.nullable(),
  note: z.string().min(1).max(300),
  proposedBy: z.string(),
  /** null until a second person agreed */
  approvedBy: z.string().nullable(),
});

/** A movement and what it was matched with, or why it was not. */
export const bankItem = z.strictObject({
  itemId: uuid,
  source: z.enum(['statement', 'payout']),
  /** the account, or the payment provider */
  account: identifier,
  /** the statement's id, or the payout's */
  statementId: identifier,
  reference: identifier.nullable(),
  endToEndId: identifier.nullable(),
  direction: z.enum(['credit', 'debit']),
  amount: decimalString,
  currency: currencyCode,
  bookedAt: instantString,
  remittance: z.string().nullable(),
  state: z.enum(BANK_ITEM_STATES),
  reason: z.enum(BANK_REASONS).nullable(),
  detail: z.string().nullable(),
  paymentId: uuid.nullable(),
  settlementId: uuid.nullable(),
  partner: utilitySlug.nullable(),
  resolution: resolution.nullable(),
});
export type BankItem = z.infer<typeof bankItem>;

export const bankStatementView = z.strictObject({
  ...bankStatement.omit({ entries: true }).shape,
  contentHash: hashHex,
  readAt: instantString,
  readBy: z.string(),
  matched: z.int(),
  suspense: z.int().describe('not resolved yet'),
  items: z.array(bankItem),
});
export type BankStatementView = z.infer<typeof bankStatementView>;

/** Idempotent by (account, statement id) and hash. */
export const readBankStatement = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'readBankStatement',
  version: 1,
  summary: 'Takes in a statement of our bank and matches what it shows to payments.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ statement: bankStatement, contentHash: hashHex, by: z.string() }),
  reply: bankStatementView,
});

export const listBankItems = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'listBankItems',
  version: 1,
  summary: 'Movements on our bank accounts and lines of payouts, newest first.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({
    state: z.enum(BANK_ITEM_STATES).nullable(),
    limit: z.int().min(1).max(500),
    after: z.string().nullable(),
  }),
  reply: z.strictObject({ items: z.array(bankItem), next: z.string().nullable() }),
});

export const resolveBankItem = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'resolveBankItem',
  version: 1,
  summary: 'One person says what an unmatched movement is, another one approves.',
  senders: ['portal'],
  scope: 'own',
  request: z.discriminatedUnion('step', [
    z.strictObject({
      step: z.literal('propose'),
      itemId: uuid,
      kind: resolution.shape.kind,
      paymentId: resolution.shape.paymentId,
      note: resolution.shape.note,
      by: z.string(),
    }),
    z.strictObject({ step: z.literal('approve'), itemId: uuid, by: z.string() }),
  ]),
  reply: bankItem,
});

/** What a payment provider pays out: what it took for us, less its fees. */
export const cardPayout = z.strictObject({
  payoutId: identifier,
  provider: identifier,
  currency: currencyCode,
  gross: decimalString.describe('taken less given back'),
  fees: decimalString,
  net: decimalString.describe('gross − fees: what reaches the bank'),
  paidAt: instantString,
  lines: z
    .array(
      z.strictObject({
        /** the provider's reference of a capture, charge or refund, or the key that we gave it */
        order: z.string().min(1).max(120),
        amount: decimalString.describe('below zero for a refund'),
        fee: decimalString,
      }),
    )
    .min(1)
    .max(10_000),
});
export type CardPayout = z.infer<typeof cardPayout>;

export const cardPayoutView = z.strictObject({
  ...cardPayout.omit({ lines: true }).shape,
  contentHash: hashHex,
  readAt: instantString,
  readBy: z.string(),
  /** captures, charges and refunds that are as the provider says */
  matched: z.int(),
  /** whether a bank statement has shown the money */
  state: z.enum(['announced', 'paid']),
  items: z.array(bankItem).describe('lines that are not as our books have them'),
});
export type CardPayoutView = z.infer<typeof cardPayoutView>;

/** Idempotent by (provider, payout id) and hash. */
export const readCardPayout = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'readCardPayout',
  version: 1,
  summary: "Takes in a payment provider's settlement report and matches it to what it took for us.",
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ payout: cardPayout, contentHash: hashHex, by: z.string() }),
  reply: cardPayoutView,
});
