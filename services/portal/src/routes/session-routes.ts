import { instantString, objectCdr, utilitySlug, uuid } from '@roamgrid/contracts';
import { z } from 'zod';
import { pageQuery } from '../http/page.js';
import { defineRoute } from '../http/route.js';
import { cdrAnswer, pageOf, sessionAnswer, traceAnswer } from './answers.js';

const sessionParams = z.strictObject({ sessionId: uuid });
const cdrParams = z.strictObject({ cdrId: uuid });

const period = {
  from: instantString.optional().describe('inclusive'),
  to: instantString.optional().describe('exclusive'),
};

export const listSessions = defineRoute({
  method: 'GET',
  path: '/sessions',
  name: 'listSessions',
  tag: 'Sessions',
  summary: 'Sessions in both roles, newest first.',
  scopes: ['sessions:read'],
  providers: true,
  query: z.strictObject({
    ...pageQuery,
    ...period,
    role: z.enum(['home', 'visited']).optional(),
    state: sessionAnswer.shape.state.optional(),
    partner: utilitySlug.optional(),
  }),
  reply: pageOf(sessionAnswer),
});

export const getSession = defineRoute({
  method: 'GET',
  path: '/sessions/:sessionId',
  name: 'getSession',
  tag: 'Sessions',
  summary: 'One session.',
  scopes: ['sessions:read'],
  providers: true,
  params: sessionParams,
  reply: sessionAnswer,
});

export const getSessionTrace = defineRoute({
  method: 'GET',
  path: '/sessions/:sessionId/trace',
  name: 'getSessionTrace',
  tag: 'Sessions',
  summary: 'Every step of a session, in order.',
  scopes: ['sessions:read'],
  params: sessionParams,
  reply: traceAnswer,
});

export const listCdrs = defineRoute({
  method: 'GET',
  path: '/cdrs',
  name: 'listCdrs',
  tag: 'Charge detail records',
  summary: 'Charge detail records, newest first.',
  scopes: ['billing:read'],
  query: z.strictObject({
    ...pageQuery,
    ...period,
    state: z.string().max(40).optional(),
    partner: utilitySlug.optional(),
  }),
  reply: pageOf(cdrAnswer),
});

export const getCdr = defineRoute({
  method: 'GET',
  path: '/cdrs/:cdrId',
  name: 'getCdr',
  tag: 'Charge detail records',
  summary: 'One record with all that re-rates it; `as=ocpi-2.2.1` gives an OCPI CDR object.',
  scopes: ['billing:read'],
  params: cdrParams,
  query: z.strictObject({ as: z.enum(['ocpi-2.2.1']).optional() }),
  reply: z.union([cdrAnswer, z.looseObject({}).meta({ id: 'OcpiCdr' })]),
});

export const postObjection = defineRoute({
  method: 'POST',
  path: '/cdrs/:cdrId/objections',
  name: 'objectToCdr',
  tag: 'Charge detail records',
  summary: 'As home, before invoicing: objects to a record, which is held until it is accepted.',
  scopes: ['billing:write'],
  params: cdrParams,
  body: objectCdr.request.pick({ reasonCode: true, note: true }),
  status: 201,
  reply: cdrAnswer,
});

export const postCdrAcceptance = defineRoute({
  method: 'POST',
  path: '/cdrs/:cdrId/accept',
  name: 'acceptCdr',
  tag: 'Charge detail records',
  summary: 'As home: accepts a record that is held, also one that began before its consent.',
  scopes: ['billing:write'],
  params: cdrParams,
  reply: cdrAnswer,
});
