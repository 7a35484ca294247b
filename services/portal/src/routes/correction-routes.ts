import {
  answerDispute,
  billCreditView,
  correctCharge,
  creditBill,
  signedCdr,
  signedCdrCredit,
  uuid,
  writeOffCdr,
} from '@roamgrid/contracts';
import { z } from 'zod';
import { defineRoute } from '../http/route.js';
import { invoiceAnswer } from './answers.js';

const writers = { scopes: ['billing:write'] } as const;
const cdrParams = z.strictObject({ cdrId: uuid });

export const postCdrCredit = defineRoute({
  method: 'POST',
  path: '/cdrs/:cdrId/credit',
  name: 'creditCdr',
  tag: 'Charge detail records',
  summary:
    'As visited: takes a record back that is on no invoice; with `correction` another one follows.',
  ...writers,
  params: cdrParams,
  body: z.strictObject({
    reason: correctCharge.request.shape.reason,
    correction: correctCharge.request.shape.correction.unwrap().optional(),
  }),
  status: 201,
  reply: z
    .looseObject({ credit: signedCdrCredit, cdr: signedCdr.optional() })
    .meta({ id: 'CdrCredit' }),
});

export const getCdrCredit = defineRoute({
  method: 'GET',
  path: '/cdrs/:cdrId/credit',
  name: 'getCdrCredit',
  tag: 'Charge detail records',
  summary:
    'The credit by which a record was taken back; `as=ocpi-2.2.1` gives an OCPI credit CDR object.',
  scopes: ['billing:read'],
  params: cdrParams,
  query: z.strictObject({ as: z.enum(['ocpi-2.2.1']).optional() }),
  reply: z.union([signedCdrCredit, z.looseObject({}).meta({ id: 'OcpiCreditCdr' })]),
});

export const postDisputeAnswer = defineRoute({
  method: 'POST',
  path: '/invoices/:invoiceId/disputes/answer',
  name: 'answerDispute',
  tag: 'Invoices',
  summary: 'As visited: accepts or rejects each disputed line.',
  ...writers,
  params: z.strictObject({ invoiceId: uuid }),
  body: answerDispute.request.pick({ lines: true }),
  status: 201,
  reply: invoiceAnswer,
});

const writeOffAnswer = z
  .looseObject({ cdrId: uuid, state: writeOffCdr.reply.shape.state })
  .meta({ id: 'CdrWriteOff' });

export const postWriteOff = defineRoute({
  method: 'POST',
  path: '/cdrs/:cdrId/write-off',
  name: 'proposeCdrWriteOff',
  tag: 'Charge detail records',
  summary: 'As visited: proposes to write off a record that home refuses for good.',
  ...writers,
  params: cdrParams,
  body: z.strictObject({ note: z.string().min(1).max(500) }),
  status: 201,
  reply: writeOffAnswer,
});

export const postWriteOffApproval = defineRoute({
  method: 'POST',
  path: '/cdrs/:cdrId/write-off/approve',
  name: 'approveCdrWriteOff',
  tag: 'Charge detail records',
  summary: 'As visited: another person approves a write-off.',
  ...writers,
  params: cdrParams,
  reply: writeOffAnswer,
});

const billCreditAnswer = z
  .looseObject({
    ...billCreditView.omit({ signed: true }).shape,
    document: z.looseObject({}).optional().describe('once it is issued'),
  })
  .meta({ id: 'BillCredit' });

export const postBillCredit = defineRoute({
  method: 'POST',
  path: '/bills/:billId/credit',
  name: 'creditBill',
  tag: 'Bills',
  summary: 'As home: a credit for a driver; above a limit it waits for a second person.',
  ...writers,
  params: z.strictObject({ billId: uuid }),
  body: z.strictObject({
    reason: creditBill.request.shape.reason,
    sessionIds: creditBill.request.shape.sessionIds.unwrap().optional(),
  }),
  status: 201,
  reply: billCreditAnswer,
});

export const postBillCreditApproval = defineRoute({
  method: 'POST',
  path: '/bills/:billId/credit/:billCreditId/approve',
  name: 'approveBillCredit',
  tag: 'Bills',
  summary: 'As home: another person approves a credit for a driver.',
  ...writers,
  params: z.strictObject({ billId: uuid, billCreditId: uuid }),
  reply: billCreditAnswer,
});
