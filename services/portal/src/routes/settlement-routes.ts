import {
  exposureView,
  netWithPartner,
  SETTLEMENT_STATES,
  setExposureLimit,
  utilitySlug,
  uuid,
} from '@roamgrid/contracts';
import { z } from 'zod';
import { pageQuery } from '../http/page.js';
import { defineRoute } from '../http/route.js';
import { pageOf } from './answers.js';
import { settlementAnswer } from './settlement-answers.js';

const settlementParams = z.strictObject({ settlementId: uuid });

export const postSettlement = defineRoute({
  method: 'POST',
  path: '/settlements',
  name: 'netSettlement',
  tag: 'Settlement',
  summary:
    'Nets what is accepted with a partner in one currency and has it signed by both; with `dueBy` only what is due by then.',
  scopes: ['billing:write'],
  body: netWithPartner.request
    .pick({ partner: true, currency: true })
    .extend({ dueBy: netWithPartner.request.shape.dueBy.default(null) }),
  status: 201,
  reply: settlementAnswer,
});

export const listSettlements = defineRoute({
  method: 'GET',
  path: '/settlements',
  name: 'listSettlements',
  tag: 'Settlement',
  summary: 'Settlements with partners, newest first.',
  scopes: ['billing:read'],
  query: z.strictObject({
    ...pageQuery,
    state: z.enum(SETTLEMENT_STATES).optional(),
    partner: utilitySlug.optional(),
  }),
  reply: pageOf(settlementAnswer),
});

export const getSettlement = defineRoute({
  method: 'GET',
  path: '/settlements/:settlementId',
  name: 'getSettlement',
  tag: 'Settlement',
  summary: 'One settlement with its payments.',
  scopes: ['billing:read'],
  params: settlementParams,
  reply: settlementAnswer,
});

export const postPayment = defineRoute({
  method: 'POST',
  path: '/settlements/:settlementId/payments',
  name: 'paySettlement',
  tag: 'Settlement',
  summary: 'As payer: orders the payment of a settlement that both have signed.',
  scopes: ['billing:write'],
  params: settlementParams,
  status: 201,
  reply: settlementAnswer,
});

const exposureAnswer = z.strictObject(exposureView.shape).meta({ id: 'Exposure' });

export const listExposures = defineRoute({
  method: 'GET',
  path: '/exposures',
  name: 'listExposures',
  tag: 'Settlement',
  summary: 'What each partner owes, against the limits at which it is warned about and suspended.',
  scopes: ['billing:read'],
  reply: pageOf(exposureAnswer),
});

export const postExposureLimit = defineRoute({
  method: 'POST',
  path: '/exposures',
  name: 'setExposureLimit',
  tag: 'Settlement',
  summary: 'Sets the limits on what a partner may owe in a currency; null is none.',
  scopes: ['billing:write'],
  body: setExposureLimit.request.omit({ by: true }),
  status: 201,
  reply: exposureAnswer,
});
