import { z } from 'zod';
import {
  currencyCode,
  decimalString,
  hashHex,
  identifier,
  instantString,
  signed,
  utilitySlug,
  uuid,
} from '../values.js';
import { taxLine } from './cdr.js';

/** One CDR on an invoice; paged under `/lines`, the leaf order of the Merkle tree. */
export const invoiceLine = z.strictObject({
  cdrId: uuid,
  sessionId: uuid,
  sequence: z.int(),
  energyKwh: decimalString,
  totalExclTax: decimalString,
  tax: decimalString,
  totalInclTax: decimalString,
  flags: z.array(z.string()),
});
export type InvoiceLine = z.infer<typeof invoiceLine>;

/**
 * Why a number of the range is no line: home objects (`held`), it stands on an earlier invoice
 * (`invoiced`), it waits for a later one, having ended after `to` or being in another currency
 * (`later`), the CDR was taken back (`credited`), or visited bears it (`written_off`).
 */
export const exclusionReason = z.enum(['held', 'credited', 'invoiced', 'later', 'written_off']);
export type ExclusionReason = z.infer<typeof exclusionReason>;

/** What home may say against a CDR or a line of an invoice. */
export const disputeReason = z.enum([
  'energy_differs',
  'price_differs',
  'time_differs',
  'tax_differs',
  'tariff_not_agreed',
  'duplicate',
  'session_unknown',
  'too_old',
  'other',
]);
export type DisputeReason = z.infer<typeof disputeReason>;

/** Visited utility to home utility, one per pair and period; sums CDRs and never taxes again. */
export const invoiceDocument = z.strictObject({
  type: z.literal('invoice'),
  schemaVersion: z.literal(1),
  invoiceId: uuid,
  number: identifier.describe('gap-free per issuing utility'),
  visitedUtility: utilitySlug,
  homeUtility: utilitySlug,
  agreementId: identifier,
  agreementHash: hashHex,
  currency: currencyCode,
  from: instantString,
  to: instantString,
  timeZone: z.string(),
  lineCount: z.int().min(1),
  sequenceFrom: z.int(),
  sequenceTo: z.int(),
  /** every number from `sequenceFrom` to `sequenceTo` that is no line */
  excluded: z.array(
    z.strictObject({ sequence: z.int(), cdrHash: hashHex, reason: exclusionReason }),
  ),
  merkleRoot: hashHex,
  energyKwh: decimalString,
  taxes: z.array(taxLine),
  totalExclTax: decimalString,
  tax: decimalString,
  totalInclTax: decimalString,
  commission: decimalString,
  commissionTax: decimalString,
  /** Σ of what visited bears of the exchange; absent where that is nothing */
  fxSpread: decimalString.exactOptional(),
  payable: decimalString,
  reissueOf: uuid.nullable(),
  issuedAt: instantString,
  dueDate: instantString,
});
export type InvoiceDocument = z.infer<typeof invoiceDocument>;
export const signedInvoice = signed(invoiceDocument);
export type SignedInvoice = z.infer<typeof signedInvoice>;

/** A full credit of an invoice: the same figures, negated by its type. */
export const creditNoteDocument = z.strictObject({
  type: z.literal('creditNote'),
  schemaVersion: z.literal(1),
  creditNoteId: uuid,
  number: identifier,
  invoiceId: uuid,
  invoiceHash: hashHex,
  visitedUtility: utilitySlug,
  homeUtility: utilitySlug,
  currency: currencyCode,
  totalExclTax: decimalString,
  tax: decimalString,
  totalInclTax: decimalString,
  payable: decimalString,
  reason: z.string().max(200),
  issuedAt: instantString,
});
export const signedCreditNote = signed(creditNoteDocument);

/** Home's answer to one CDR, before invoicing; signed by home's settlement. */
export const cdrAnswerDocument = z.strictObject({
  type: z.literal('cdrAnswer'),
  schemaVersion: z.literal(1),
  cdrId: uuid,
  cdrHash: hashHex,
  answer: z.enum(['accepted', 'objected']),
  reasonCode: z.string().max(40).nullable(),
  note: z.string().max(500).nullable(),
  at: instantString,
});
export const signedCdrAnswer = signed(cdrAnswerDocument);

/** What shows that a line is wrong: kept by home, named by its hash. */
export const disputeEvidence = z.strictObject({
  description: z.string().min(1).max(200),
  documentHash: hashHex,
});

/** Home's answer to an invoice; signed by home's settlement. */
export const invoiceAnswerDocument = z.strictObject({
  type: z.literal('invoiceAnswer'),
  schemaVersion: z.literal(1),
  invoiceId: uuid,
  invoiceHash: hashHex,
  answer: z.enum(['accepted', 'disputed']),
  lines: z.array(
    z.strictObject({
      cdrId: uuid,
      reasonCode: z.string().max(40),
      note: z.string().max(500),
      evidence: z.array(disputeEvidence).max(10),
    }),
  ),
  /** until when visited answers a dispute; null where there is nothing to answer */
  answerBy: instantString.nullable(),
  at: instantString,
});
export const signedInvoiceAnswer = signed(invoiceAnswerDocument);

/** Visited's answer to a dispute, line by line; signed by visited's settlement. */
export const disputeAnswerDocument = z.strictObject({
  type: z.literal('disputeAnswer'),
  schemaVersion: z.literal(1),
  invoiceId: uuid,
  invoiceHash: hashHex,
  /** of home's dispute */
  disputeHash: hashHex,
  lines: z
    .array(
      z.strictObject({
        cdrId: uuid,
        decision: z.enum(['accepted', 'rejected']),
        note: z.string().max(500),
      }),
    )
    .min(1),
  by: identifier,
  at: instantString,
});
export const signedDisputeAnswer = signed(disputeAnswerDocument);
export type SignedDisputeAnswer = z.infer<typeof signedDisputeAnswer>;
