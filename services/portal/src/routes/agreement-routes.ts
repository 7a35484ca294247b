import { agreementDocument, identifier, instantString, utilitySlug } from '@roamgrid/contracts';
import { z } from 'zod';
import { pageQuery } from '../http/page.js';
import { defineRoute } from '../http/route.js';
import { agreementAnswer, pageOf } from './answers.js';

const readers = {
  scopes: ['sessions:read', 'billing:read', 'tariffs:write', 'tariffs:approve'],
} as const;
const agreementParams = z.strictObject({ agreementId: identifier });

export const listAgreements = defineRoute({
  method: 'GET',
  path: '/agreements',
  name: 'listAgreements',
  tag: 'Agreements',
  summary: 'Agreements with partners.',
  ...readers,
  query: z.strictObject({ ...pageQuery, partner: utilitySlug.optional() }),
  reply: pageOf(agreementAnswer),
});

export const getAgreement = defineRoute({
  method: 'GET',
  path: '/agreements/:agreementId',
  name: 'getAgreement',
  tag: 'Agreements',
  summary: 'One agreement with the signatures of both.',
  ...readers,
  params: z.strictObject({ agreementId: identifier }),
  reply: agreementAnswer,
});

export const postAgreement = defineRoute({
  method: 'POST',
  path: '/agreements',
  name: 'proposeAgreement',
  tag: 'Agreements',
  summary:
    'Signs an agreement and lays it before the partner; in force when the partner has signed it too.',
  scopes: ['tariffs:write', 'tariffs:approve'],
  body: agreementDocument.omit({ type: true, schemaVersion: true, agreementId: true }).extend({
    agreementId: identifier.optional().describe('made where it is absent'),
    version: agreementDocument.shape.version.default(1),
  }),
  status: 201,
  reply: agreementAnswer,
});

export const postAmendment = defineRoute({
  method: 'POST',
  path: '/agreements/:agreementId/amend',
  name: 'amendAgreement',
  tag: 'Agreements',
  summary:
    'Proposes the next version, which takes the place of the one before from its `notBefore` on.',
  scopes: ['tariffs:write', 'tariffs:approve'],
  params: agreementParams,
  body: agreementDocument.omit({
    type: true,
    schemaVersion: true,
    agreementId: true,
    version: true,
  }),
  status: 201,
  reply: agreementAnswer,
});

export const postSignature = defineRoute({
  method: 'POST',
  path: '/agreements/:agreementId/sign',
  name: 'signAgreement',
  tag: 'Agreements',
  summary: 'Signs what the partner has proposed.',
  scopes: ['tariffs:approve'],
  params: agreementParams,
  reply: agreementAnswer,
});

const notice = {
  method: 'POST',
  tag: 'Agreements',
  scopes: ['tariffs:approve'],
  params: agreementParams,
  reply: agreementAnswer,
} as const;
const reason = z.string().min(1).max(300);

export const postSuspension = defineRoute({
  ...notice,
  path: '/agreements/:agreementId/suspend',
  name: 'suspendAgreement',
  summary: 'No new session under it until it is resumed; what runs finishes and is billed.',
  body: z.strictObject({ reason }),
});

export const postResumption = defineRoute({
  ...notice,
  path: '/agreements/:agreementId/resume',
  name: 'resumeAgreement',
  summary: 'Lifts the suspension that this utility has said itself.',
  body: z.strictObject({ reason }),
});

export const postEnd = defineRoute({
  ...notice,
  path: '/agreements/:agreementId/end',
  name: 'endAgreement',
  summary: 'Ends it from an instant on; what runs finishes and is billed under it.',
  body: z.strictObject({ reason, at: instantString.optional().describe('now where it is absent') }),
});

export const postWithdrawal = defineRoute({
  ...notice,
  path: '/agreements/:agreementId/withdraw',
  name: 'withdrawProposal',
  summary: 'Takes a proposal back, or turns it down.',
  body: z.strictObject({ reason }),
});
