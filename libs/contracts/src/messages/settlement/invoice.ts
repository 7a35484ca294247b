import { z } from 'zod';
import { defineContract } from '../../contract.js';
import { meterCorrection } from '../../documents/correction.js';
import {
  disputeEvidence,
  disputeReason,
  invoiceLine,
  signedCreditNote,
  signedDisputeAnswer,
  signedInvoice,
  signedInvoiceAnswer,
} from '../../documents/invoice.js';
import { hashHex, identifier, instantString, nothing, utilitySlug, uuid } from '../../values.js';

/** What surrounds an invoice document at the reader's side; changes, while the document does not. */
export const invoiceView = z.strictObject({
  invoiceId: uuid,
  direction: z.enum(['issued', 'received']),
  partner: utilitySlug,
  state: z.enum(['issued', 'accepted', 'disputed', 'settled', 'credited']),
  invoice: signedInvoice,
  disputed: z.string(),
  /** what of `payable` is not disputed: it stays due on the due date */
  undisputed: z.string(),
  ledger: z.strictObject({
    state: z.enum(['pending', 'posted', 'unknown', 'refused']),
    businessKey: z.string(),
    txId: z.string().nullable(),
    blockNumber: z.string().nullable(),
  }),
  availableActions: z.array(z.enum(['accept', 'dispute', 'answerDispute', 'credit'])),
});
export type InvoiceView = z.infer<typeof invoiceView>;

export const closePeriod = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'closePeriod',
  version: 1,
  summary: 'Visited closes a period with a partner and invoices every live CDR not yet invoiced.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ partner: utilitySlug, from: instantString, to: instantString }),
  reply: invoiceView.extend({
    alsoIssued: z.array(uuid).describe('invoices of charges under other versions of the agreement'),
  }),
});

export const receiveInvoice = defineContract({
  kind: 'event',
  service: 'settlement',
  name: 'receiveInvoice',
  version: 1,
  summary: 'Visited sends home an invoice; home checks root, sums and its own CDRs.',
  senders: ['settlement'],
  scope: 'partner',
  request: z.strictObject({ invoice: signedInvoice, lines: z.array(invoiceLine) }),
  reply: nothing,
});

export const acceptInvoice = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'acceptInvoice',
  version: 1,
  summary: 'Home accepts an invoice.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ invoiceId: uuid, by: z.string() }),
  reply: invoiceView,
});

export const disputeInvoice = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'disputeInvoice',
  version: 1,
  summary: 'Home disputes lines of an invoice, each with a reason.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({
    invoiceId: uuid,
    by: z.string(),
    lines: z
      .array(
        z.strictObject({
          cdrId: uuid,
          reasonCode: disputeReason,
          note: z.string().max(500),
          evidence: z.array(disputeEvidence).max(10).default([]),
        }),
      )
      .min(1),
  }),
  reply: invoiceView,
});

export const answerDispute = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'answerDispute',
  version: 1,
  summary: 'Visited accepts or rejects each disputed line of an invoice.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({
    invoiceId: uuid,
    by: z.string(),
    lines: signedDisputeAnswer.shape.document.shape.lines,
  }),
  reply: invoiceView,
});

export const receiveDisputeAnswer = defineContract({
  kind: 'event',
  service: 'settlement',
  name: 'receiveDisputeAnswer',
  version: 1,
  summary: 'Visited tells home which disputed lines it accepts and which it rejects.',
  senders: ['settlement'],
  scope: 'partner',
  request: z.strictObject({ answer: signedDisputeAnswer }),
  reply: nothing,
});

export const answerInvoice = defineContract({
  kind: 'event',
  service: 'settlement',
  name: 'answerInvoice',
  version: 1,
  summary: 'Home tells visited that it accepts or disputes an invoice.',
  senders: ['settlement'],
  scope: 'partner',
  request: z.strictObject({ answer: signedInvoiceAnswer }),
  reply: nothing,
});

export const creditInvoice = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'creditInvoice',
  version: 1,
  summary: 'Visited credits an invoice in full, and may reissue it in the same step.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({
    invoiceId: uuid,
    reason: z.string().min(1).max(200),
    reissue: z.boolean(),
    by: z.string(),
    /** what is true of lines that were wrong; null takes a charge back without another in its place */
    corrections: z
      .array(z.strictObject({ cdrId: uuid, correction: meterCorrection.nullable() }))
      .default([]),
  }),
  reply: z.strictObject({ creditNote: signedCreditNote, invoice: invoiceView.nullable() }),
});

export const receiveCredit = defineContract({
  kind: 'event',
  service: 'settlement',
  name: 'receiveCredit',
  version: 1,
  summary: 'Visited sends home a credit note.',
  senders: ['settlement'],
  scope: 'partner',
  request: z.strictObject({ creditNote: signedCreditNote }),
  reply: nothing,
});

export const listInvoiceLines = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'listInvoiceLines',
  version: 1,
  summary: "An invoice's lines, in the order of the Merkle tree's leaves.",
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({
    invoiceId: uuid,
    limit: z.int().min(1).max(500),
    cursor: z.string().nullable(),
  }),
  reply: z.strictObject({ items: z.array(invoiceLine), nextCursor: z.string().nullable() }),
});

export const proveCdr = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'proveCdr',
  version: 1,
  summary: 'The Merkle proof that a CDR stands on an invoice.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ invoiceId: uuid, cdrId: uuid }),
  reply: z.strictObject({ index: z.int(), size: z.int(), path: z.array(hashHex) }),
});

export const readLedger = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'readLedger',
  version: 1,
  summary: 'What the ledger holds under a business key.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ businessKey: z.string().regex(/^[0-9a-f]{64}$/) }),
  reply: z.strictObject({
    record: z
      .strictObject({
        businessKey: identifier,
        kind: z.string(),
        documentHash: hashHex,
        txId: z.string(),
        blockNumber: z.string(),
        committedAt: instantString,
      })
      .nullable(),
  }),
});
