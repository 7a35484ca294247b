import { approvalLimit, proposeApprovalLimit } from '@roamgrid/contracts';
import { z } from 'zod';
import { defineRoute } from '../http/route.js';
import { pageOf } from './answers.js';

const limitAnswer = z.strictObject(approvalLimit.shape).meta({ id: 'ApprovalLimit' });

export const listApprovalLimits = defineRoute({
  method: 'GET',
  path: '/approval-limits',
  name: 'listApprovalLimits',
  tag: 'Bills',
  summary: 'Up to which amount one person may credit a driver: 25 units where nothing is in force.',
  scopes: ['billing:read'],
  reply: pageOf(limitAnswer),
});

export const postApprovalLimit = defineRoute({
  method: 'POST',
  path: '/approval-limits',
  name: 'proposeApprovalLimit',
  tag: 'Bills',
  summary: 'Proposes the next version of the limit of a currency; another person puts it in force.',
  scopes: ['billing:write'],
  body: proposeApprovalLimit.request.omit({ by: true }),
  status: 201,
  reply: limitAnswer,
});

export const postApprovalLimitApproval = defineRoute({
  method: 'POST',
  path: '/approval-limits/:currency/versions/:version/approve',
  name: 'approveApprovalLimit',
  tag: 'Bills',
  summary: 'Puts a limit in force; needs another person than who proposed it.',
  scopes: ['billing:write'],
  params: z.strictObject({
    currency: approvalLimit.shape.currency,
    version: z
      .string()
      .regex(/^[1-9]\d{0,5}$/)
      .transform(Number),
  }),
  reply: limitAnswer,
});
