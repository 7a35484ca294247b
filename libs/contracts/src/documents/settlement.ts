import { z } from 'zod';
import {
  cosigned,
  currencyCode,
  decimalString,
  hashHex,
  identifier,
  instantString,
  signed,
  utilitySlug,
  uuid,
} from '../values.js';

/**
 * What one document adds to a settlement: the part of an accepted or partly disputed invoice that is due
 * and not yet settled, or what a credit note gives back of an invoice that had been settled.
 */
export const settlementItem = z.strictObject({
  kind: z.enum(['invoice', 'creditNote']),
  documentId: uuid,
  number: identifier,
  documentHash: hashHex,
  /** the invoice itself, or the one that the credit note takes back */
  invoiceId: uuid,
  creditor: utilitySlug,
  debtor: utilitySlug,
  amount: decimalString.describe('above zero'),
  dueDate: instantString.nullable(),
});
export type SettlementItem = z.infer<typeof settlementItem>;

/** What a pair of utilities nets in one currency, signed by the settlement service of both. */
export const settlementDocument = z.strictObject({
  type: z.literal('settlement'),
  schemaVersion: z.literal(1),
  settlementId: uuid,
  sequence: z.int().min(1).describe('gap-free per pair and currency; one settlement a number'),
  parties: z.tuple([utilitySlug, utilitySlug]).describe('in alphabetical order'),
  proposedBy: utilitySlug,
  currency: currencyCode,
  /** only invoices that are due by then, where it is given */
  dueBy: instantString.nullable(),
  items: z.array(settlementItem).min(1),
  /** what each party is owed by the other before netting, in the order of `parties` */
  gross: z.array(z.strictObject({ creditor: utilitySlug, amount: decimalString })).length(2),
  /** null where the two sums are equal */
  payer: utilitySlug.nullable(),
  payee: utilitySlug.nullable(),
  amount: decimalString.describe('what the payer pays'),
  dueDate: instantString.nullable().describe('the earliest of its invoices'),
  proposedAt: instantString,
});
export type SettlementDocument = z.infer<typeof settlementDocument>;
export const signedSettlement = cosigned(settlementDocument);
export type SignedSettlement = z.infer<typeof signedSettlement>;

/** The payer tells the payee that its bank has acknowledged the payment; signed by its settlement. */
export const paymentAdviceDocument = z.strictObject({
  type: z.literal('paymentAdvice'),
  schemaVersion: z.literal(1),
  paymentId: uuid,
  settlementId: uuid,
  settlementHash: hashHex,
  payer: utilitySlug,
  payee: utilitySlug,
  currency: currencyCode,
  amount: decimalString,
  reference: identifier.describe("the bank's"),
  paidAt: instantString,
});
export const signedPaymentAdvice = signed(paymentAdviceDocument);
export type SignedPaymentAdvice = z.infer<typeof signedPaymentAdvice>;

/** How the books of the party that was asked to sign differ from a proposed settlement. */
export const settlementDifference = z.strictObject({
  code: z.enum([
    'sequence_differs',
    'concurrent_settlement',
    'document_unknown',
    'document_differs',
    'document_missing',
    'amount_differs',
    'not_due',
    'sum_differs',
  ]),
  documentId: identifier.nullable(),
  detail: z.string().max(300),
});
export type SettlementDifference = z.infer<typeof settlementDifference>;
