import {
  customerClass,
  draftPolicy,
  hashHex,
  identifier,
  loadSignalDocument,
  policyView,
  publishLoadSignal,
  stationClass,
} from '@roamgrid/contracts';
import { z } from 'zod';
import { pageQuery } from '../http/page.js';
import { defineRoute } from '../http/route.js';
import { negotiationAnswer, pageOf } from './answers.js';

const readers = {
  scopes: ['sessions:read', 'billing:read', 'tariffs:write', 'tariffs:approve'],
} as const;
/** How far one would go is nothing that everybody in the house need know. */
const policyReaders = { scopes: ['tariffs:write', 'tariffs:approve'] } as const;

const policyAnswer = z
  .looseObject({
    ...policyView.shape,
    reviewOverdue: z
      .boolean()
      .optional()
      .describe('its review date has passed; it still applies until another version is published'),
  })
  .meta({ id: 'Policy' });
const loadSignalAnswer = z
  .looseObject({
    loadSignalId: identifier,
    document: loadSignalDocument,
    documentHash: hashHex,
    signature: z.string(),
  })
  .meta({ id: 'LoadSignal' });

const versionNumber = z
  .string()
  .regex(/^[1-9]\d{0,5}$/)
  .transform(Number);

export const getNegotiation = defineRoute({
  method: 'GET',
  path: '/negotiations/:negotiationId',
  name: 'getNegotiation',
  tag: 'Agreements',
  summary: 'The transcript of a negotiation: offers in order, outcome, both signatures.',
  ...readers,
  params: z.strictObject({ negotiationId: identifier }),
  reply: negotiationAnswer,
});

export const listPolicies = defineRoute({
  method: 'GET',
  path: '/policies',
  name: 'listPolicies',
  tag: 'Negotiation',
  summary: 'How this utility bargains: versions of its policies, newest first.',
  ...policyReaders,
  query: z.strictObject({
    ...pageQuery,
    side: policyView.shape.side.optional(),
    customerClass: customerClass.optional(),
    stationClass: stationClass.optional(),
    state: policyView.shape.state.optional(),
  }),
  reply: pageOf(policyAnswer),
});

export const getPolicyVersion = defineRoute({
  method: 'GET',
  path: '/policies/:policyId/versions/:version',
  name: 'getPolicyVersion',
  tag: 'Negotiation',
  summary: 'One version of a policy; once published it never changes.',
  ...policyReaders,
  params: z.strictObject({ policyId: identifier, version: versionNumber }),
  reply: policyAnswer,
});

export const postPolicy = defineRoute({
  method: 'POST',
  path: '/policies',
  name: 'draftPolicy',
  tag: 'Negotiation',
  summary: 'Adds the next version of the policy of a side and class, as a draft.',
  scopes: ['tariffs:write'],
  body: draftPolicy.request.omit({ author: true }),
  status: 201,
  reply: policyAnswer,
});

export const postPolicyPublication = defineRoute({
  method: 'POST',
  path: '/policies/:policyId/versions/:version/publish',
  name: 'publishPolicy',
  tag: 'Negotiation',
  summary: 'Puts a draft in force; needs another person than its author.',
  scopes: ['tariffs:approve'],
  params: z.strictObject({ policyId: identifier, version: versionNumber }),
  reply: policyAnswer,
});

export const listLoadSignals = defineRoute({
  method: 'GET',
  path: '/load-signals',
  name: 'listLoadSignals',
  tag: 'Negotiation',
  summary: 'Signed load bands, own and of partners, the furthest ahead first.',
  ...readers,
  query: z.strictObject({
    ...pageQuery,
    direction: z.enum(['issued', 'received']).optional(),
    stationClass: stationClass.optional(),
  }),
  reply: pageOf(loadSignalAnswer),
});

export const getLoadSignal = defineRoute({
  method: 'GET',
  path: '/load-signals/:loadSignalId',
  name: 'getLoadSignal',
  tag: 'Negotiation',
  summary: 'One signal; it never changes.',
  ...readers,
  params: z.strictObject({ loadSignalId: identifier }),
  reply: loadSignalAnswer,
});

export const postLoadSignal = defineRoute({
  method: 'POST',
  path: '/load-signals',
  name: 'publishLoadSignal',
  tag: 'Negotiation',
  summary: 'As visited: signs and publishes load bands that lie ahead.',
  scopes: ['tariffs:write'],
  body: publishLoadSignal.request,
  status: 201,
  reply: loadSignalAnswer,
});
