import {
  closePeriod,
  creditInvoice,
  disputeInvoice,
  issueBills,
  meterCorrection,
  readLedger,
  resolveSuspense,
  utilitySlug,
  uuid,
} from '@roamgrid/contracts';
import { z } from 'zod';
import { pageQuery } from '../http/page.js';
import { defineRoute } from '../http/route.js';
import {
  auditAnswer,
  balanceAnswer,
  billAnswer,
  creditAnswer,
  invoiceAnswer,
  invoiceLinePage,
  ledgerAnswer,
  pageOf,
  proofAnswer,
  suspenseAnswer,
} from './answers.js';

const invoiceParams = z.strictObject({ invoiceId: uuid });
const readers = { scopes: ['billing:read'] } as const;
const writers = { scopes: ['billing:write'] } as const;

export const closeBillingPeriod = defineRoute({
  method: 'POST',
  path: '/billing-periods',
  name: 'closeBillingPeriod',
  tag: 'Invoices',
  summary:
    'As visited: invoices every live CDR with a partner that ended before `to`, each version of the agreement on an invoice of its own.',
  ...writers,
  body: closePeriod.request,
  status: 201,
  reply: invoiceAnswer.extend({
    alsoIssued: z.array(uuid).describe('where the agreement changed: the other invoices'),
  }),
});

export const listInvoices = defineRoute({
  method: 'GET',
  path: '/invoices',
  name: 'listInvoices',
  tag: 'Invoices',
  summary: 'Invoices issued and received, newest first.',
  ...readers,
  query: z.strictObject({
    ...pageQuery,
    direction: z.enum(['issued', 'received']).optional(),
    state: invoiceAnswer.shape.state.optional(),
    partner: utilitySlug.optional(),
  }),
  reply: pageOf(invoiceAnswer),
});

export const getInvoice = defineRoute({
  method: 'GET',
  path: '/invoices/:invoiceId',
  name: 'getInvoice',
  tag: 'Invoices',
  summary: 'One invoice.',
  ...readers,
  params: invoiceParams,
  reply: invoiceAnswer,
});

export const listLines = defineRoute({
  method: 'GET',
  path: '/invoices/:invoiceId/lines',
  name: 'listInvoiceLines',
  tag: 'Invoices',
  summary: "An invoice's lines, in the order of the Merkle tree's leaves.",
  ...readers,
  params: invoiceParams,
  query: z.strictObject(pageQuery),
  reply: invoiceLinePage,
});

export const getProof = defineRoute({
  method: 'GET',
  path: '/invoices/:invoiceId/proofs/:cdrId',
  name: 'getInvoiceProof',
  tag: 'Invoices',
  summary: 'The Merkle proof that a CDR stands on an invoice (RFC 9162 §2.1.3.2).',
  ...readers,
  params: z.strictObject({ invoiceId: uuid, cdrId: uuid }),
  reply: proofAnswer,
});

export const postAcceptance = defineRoute({
  method: 'POST',
  path: '/invoices/:invoiceId/accept',
  name: 'acceptInvoice',
  tag: 'Invoices',
  summary: 'As home: accepts an invoice.',
  ...writers,
  params: invoiceParams,
  reply: invoiceAnswer,
});

export const postDispute = defineRoute({
  method: 'POST',
  path: '/invoices/:invoiceId/disputes',
  name: 'disputeInvoice',
  tag: 'Invoices',
  summary: 'As home: disputes lines of an invoice, each with a reason.',
  ...writers,
  params: invoiceParams,
  body: disputeInvoice.request.pick({ lines: true }),
  status: 201,
  reply: invoiceAnswer,
});

export const postCredit = defineRoute({
  method: 'POST',
  path: '/invoices/:invoiceId/credit',
  name: 'creditInvoice',
  tag: 'Invoices',
  summary: 'As visited: credits an invoice in full; with `reissue` the corrected one follows.',
  ...writers,
  params: invoiceParams,
  body: creditInvoice.request.pick({ reason: true }).extend({
    reissue: z.boolean().default(false),
    corrections: creditInvoice.request.shape.corrections,
  }),
  status: 201,
  reply: creditAnswer,
});

export const postBills = defineRoute({
  method: 'POST',
  path: '/bills',
  name: 'issueBills',
  tag: 'Bills',
  summary: 'As home: one consolidated bill per consumer for a period.',
  ...writers,
  body: issueBills.request,
  status: 201,
  reply: z.strictObject({ items: z.array(billAnswer) }),
});

export const listBills = defineRoute({
  method: 'GET',
  path: '/bills',
  name: 'listBills',
  tag: 'Bills',
  summary: 'Bills, newest first.',
  ...readers,
  query: z.strictObject(pageQuery),
  reply: pageOf(billAnswer),
});

export const getBill = defineRoute({
  method: 'GET',
  path: '/bills/:billId',
  name: 'getBill',
  tag: 'Bills',
  summary: 'One bill.',
  ...readers,
  params: z.strictObject({ billId: uuid }),
  reply: billAnswer,
});

export const listSuspense = defineRoute({
  method: 'GET',
  path: '/suspense',
  name: 'listSuspense',
  tag: 'Suspense',
  summary: 'What could not be rated and why, newest first.',
  ...readers,
  query: z.strictObject({ ...pageQuery, state: z.string().max(40).optional() }),
  reply: pageOf(suspenseAnswer),
});

export const postResolution = defineRoute({
  method: 'POST',
  path: '/suspense/:suspenseId/resolve',
  name: 'resolveSuspense',
  tag: 'Suspense',
  summary: 'Ends a suspense item as bill, as credit or by a signed write-off.',
  ...writers,
  params: resolveSuspense.request.pick({ suspenseId: true }),
  body: z.strictObject({
    resolution: resolveSuspense.request.shape.resolution,
    note: resolveSuspense.request.shape.note,
    correction: meterCorrection.optional(),
  }),
  reply: z.looseObject({ suspenseId: z.string(), state: z.string() }),
});

export const listBalances = defineRoute({
  method: 'GET',
  path: '/balances',
  name: 'listBalances',
  tag: 'Settlement',
  summary: 'Who owes whom, from accepted documents not yet settled.',
  ...readers,
  reply: pageOf(balanceAnswer),
});

export const getLedgerRecord = defineRoute({
  method: 'GET',
  path: '/ledger/:businessKey',
  name: 'getLedgerRecord',
  tag: 'Settlement',
  summary: 'What the ledger holds under a business key.',
  ...readers,
  params: readLedger.request,
  reply: ledgerAnswer,
});

export const postAudit = defineRoute({
  method: 'POST',
  path: '/audit',
  name: 'startAudit',
  tag: 'Audit',
  summary: "Starts a check of the invariants of this utility's books.",
  scopes: ['audit:run'],
  status: 202,
  reply: auditAnswer,
});

export const getAudit = defineRoute({
  method: 'GET',
  path: '/audit/:auditId',
  name: 'getAudit',
  tag: 'Audit',
  summary: 'What an audit has found.',
  scopes: ['audit:run'],
  params: z.strictObject({ auditId: uuid }),
  reply: auditAnswer,
});
