import { z } from 'zod';
import { defineContract } from '../../contract.js';
import { signedBill } from '../../documents/bill.js';
import { signedBillCredit } from '../../documents/correction.js';
import {
  currencyCode,
  decimalString,
  drainRequest,
  identifier,
  instantString,
  nothing,
  refusalReason,
  utilitySlug,
  uuid,
} from '../../values.js';

export const issueBills = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'issueBills',
  version: 1,
  summary: 'Home makes one consolidated bill per consumer for a period.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ from: instantString, to: instantString }),
  reply: z.strictObject({ items: z.array(signedBill) }),
});

/** Opens a prepaid consumer's account, or tops it up. Idempotent by `entryId`. */
export const depositCredit = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'depositCredit',
  version: 1,
  summary: 'Puts money on a prepaid account.',
  senders: ['profiles', 'portal'],
  scope: 'own',
  request: z.strictObject({
    entryId: identifier,
    consumerId: identifier,
    currency: currencyCode,
    amount: decimalString,
  }),
  reply: z.strictObject({ balance: decimalString }),
});

/** `signed` is null while the credit waits for a second person. */
export const billCreditView = z.strictObject({
  billCreditId: uuid,
  billId: uuid,
  state: z.enum(['proposed', 'issued']),
  currency: currencyCode,
  totalInclTax: decimalString,
  reason: z.string(),
  proposedBy: z.string(),
  signed: signedBillCredit.nullable(),
});
export type BillCreditView = z.infer<typeof billCreditView>;

export const creditBill = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'creditBill',
  version: 1,
  summary: 'Home credits a driver for sessions of a bill; above a limit a second person approves.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({
    billId: uuid,
    reason: z.string().min(1).max(500),
    /** null: all that was not credited yet */
    sessionIds: z.array(uuid).min(1).nullable(),
    by: z.string(),
  }),
  reply: billCreditView,
});

export const approveBillCredit = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'approveBillCredit',
  version: 1,
  summary: 'A second person approves a credit for a driver.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ billId: uuid, billCreditId: uuid, by: z.string() }),
  reply: billCreditView,
});

/**
 * Reserves up to `greatestAmount` of a prepaid balance for a mandate: one conditional update, never below
 * zero. Idempotent by the mandate's id. What other mandates reserved that are withdrawn for this one is
 * given back in the same step.
 */
export const reserveCredit = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'reserveCredit',
  version: 1,
  summary: "Reserves a prepaid mandate's cap when it is issued.",
  senders: ['profiles'],
  scope: 'own',
  request: z.strictObject({
    mandateId: identifier,
    consumerId: identifier,
    currency: currencyCode,
    greatestAmount: decimalString,
    insteadOf: z.array(identifier).max(50).describe('mandates that were withdrawn unused'),
  }),
  reply: z.discriminatedUnion('decision', [
    z.strictObject({ decision: z.literal('reserved'), amount: decimalString }),
    z.strictObject({ decision: z.literal('refused'), reason: refusalReason }),
  ]),
});

/** A mandate whose reservation no charge will use: declined, expired, recalled, revoked. */
export const releaseCredit = defineContract({
  kind: 'event',
  service: 'settlement',
  name: 'releaseCredit',
  version: 1,
  summary: 'Gives back what a mandate reserved and no charge used.',
  senders: ['profiles', 'aaa'],
  scope: 'own',
  request: z.strictObject({ mandateId: identifier }),
  reply: nothing,
});

export const readBalances = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'readBalances',
  version: 1,
  summary: 'Who owes whom, per partner and currency, from accepted documents not yet settled.',
  senders: ['portal'],
  scope: 'own',
  request: nothing,
  reply: z.strictObject({
    items: z.array(
      z.strictObject({
        partner: utilitySlug,
        currency: currencyCode,
        owed: decimalString,
        owing: decimalString,
        net: decimalString,
      }),
    ),
  }),
});

export const readCredit = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'readCredit',
  version: 1,
  summary: "A prepaid consumer's balance and what is reserved of it.",
  senders: ['portal', 'profiles'],
  scope: 'own',
  request: z.strictObject({ consumerId: identifier }),
  reply: z.strictObject({
    account: z
      .strictObject({ currency: currencyCode, balance: decimalString, reserved: decimalString })
      .nullable(),
  }),
});

/** One invariant's outcome (DESIGN §5). */
export const auditBreach = z.strictObject({
  invariant: z.string(),
  subject: z.string(),
  detail: z.string(),
});

/** How often each invariant was checked, and each breach by name. */
export const auditReport = z.strictObject({
  checked: z.record(z.string(), z.int()),
  breaches: z.array(auditBreach),
});
export type AuditReport = z.infer<typeof auditReport>;

export const auditBooks = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'auditBooks',
  version: 1,
  summary: "Checks the invariants of this utility's books.",
  senders: ['portal'],
  scope: 'own',
  request: nothing,
  reply: auditReport,
});

export const drainSettlement = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'drain',
  version: 1,
  summary: 'Delivers what the outbox holds.',
  senders: ['portal', 'settlement'],
  scope: 'own',
  request: drainRequest,
  reply: nothing,
});
