import { z } from 'zod';
import { defineContract } from '../../contract.js';
import {
  settlementDifference,
  signedPaymentAdvice,
  signedSettlement,
} from '../../documents/settlement.js';
import {
  currencyCode,
  decimalString,
  identifier,
  instantString,
  nothing,
  utilitySlug,
  uuid,
} from '../../values.js';

export const SETTLEMENT_STATES = [
  'proposed',
  'refused',
  'withdrawn',
  'agreed',
  'paying',
  'settled',
] as const;

/**
 * A payment order and what became of it. `unknown`: the bank did not answer, its key is asked; `accepted`: it will pay;
 * `advised`: the payer says so; `acknowledged`: paid; `returned`: a bank took it back.
 */
export const paymentView = z.strictObject({
  paymentId: uuid,
  direction: z.enum(['out', 'in']),
  state: z.enum([
    'instructed',
    'unknown',
    'accepted',
    'advised',
    'acknowledged',
    'rejected',
    'returned',
  ]),
  /** what both banks show: ISO 20022's `EndToEndId` */
  endToEndId: identifier,
  amount: decimalString,
  currency: currencyCode,
  through: z.string().describe('the adapter that carries it, or `advice` from the payer'),
  reference: identifier.nullable(),
  detail: z.string().nullable(),
  at: instantString,
});
export type PaymentView = z.infer<typeof paymentView>;

/** What surrounds a settlement document at its reader's side. */
export const settlementView = z.strictObject({
  settlementId: uuid,
  partner: utilitySlug,
  currency: currencyCode,
  state: z.enum(SETTLEMENT_STATES),
  settlement: signedSettlement,
  differences: z.array(settlementDifference),
  payments: z.array(paymentView),
  ledger: z.strictObject({
    state: z.enum(['pending', 'posted', 'unknown', 'refused']),
    businessKey: z.string(),
    txId: z.string().nullable(),
    blockNumber: z.string().nullable(),
  }),
  availableActions: z.array(z.enum(['pay'])),
});
export type SettlementView = z.infer<typeof settlementView>;

export const netWithPartner = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'netWithPartner',
  version: 1,
  summary: 'Nets what is accepted between this utility and a partner in one currency.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({
    partner: utilitySlug,
    currency: currencyCode,
    dueBy: instantString.nullable(),
    by: z.string(),
  }),
  reply: settlementView,
});

/** Idempotent by `settlementId` and hash: signed once, it is signed again with the same effect. */
export const cosignSettlement = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'cosignSettlement',
  version: 1,
  summary:
    'A partner computes a proposed settlement from its own books and signs it, or says what differs.',
  senders: ['settlement'],
  scope: 'partner',
  request: z.strictObject({ settlement: signedSettlement }),
  reply: z.discriminatedUnion('decision', [
    z.strictObject({ decision: z.literal('cosigned'), settlement: signedSettlement }),
    z.strictObject({
      decision: z.literal('refused'),
      differences: z.array(settlementDifference).min(1),
    }),
  ]),
});

export const paySettlement = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'paySettlement',
  version: 1,
  summary: 'The payer of a settlement instructs its payment.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ settlementId: uuid, by: z.string() }),
  reply: settlementView,
});

export const receivePayment = defineContract({
  kind: 'event',
  service: 'settlement',
  name: 'receivePayment',
  version: 1,
  summary: "The payer tells the payee the bank's reference of a payment.",
  senders: ['settlement'],
  scope: 'partner',
  request: z.strictObject({ advice: signedPaymentAdvice }),
  reply: nothing,
});
