import { z } from 'zod';
import { newMember } from './new-member.js';

const text = { type: 'string' };
const list = { type: 'array', items: text };
const member = {
  type: 'object',
  properties: {
    utility: text,
    name: text,
    cinPrefixes: list,
    contractProviders: list,
    currency: text,
    timeZone: text,
    api: { type: 'string', description: 'path of its API' },
    kids: { type: 'array', items: text, description: 'its keys; the keys stand in its JWKS' },
  },
};
const added = {
  type: 'object',
  properties: {
    ...member.properties,
    registryVersion: { type: 'integer' },
    resource: { type: 'string', description: '`resource` of its tokens' },
    clients: {
      type: 'object',
      description: 'its two programs; secrets stand here where no keys were told',
      properties: { api: { type: 'object' }, approver: { type: 'object' } },
    },
  },
};

const answer = (description: string, schema: object): object => ({
  description,
  content: { 'application/json': { schema } },
});
const problem = {
  description: 'What was wrong (RFC 9457).',
  content: { 'application/problem+json': { schema: { type: 'object' } } },
};
const security = [{ oauth2: ['utilities:write'] }];
const tags = ['Consortium'];

/** The consortium's part of the API description. */
export function consortiumApiDocument(): Record<string, unknown> {
  const { $schema: _dialect, ...body } = z.toJSONSchema(newMember, { io: 'input' });
  return {
    openapi: '3.1.0',
    info: { title: 'Roamgrid: consortium', version: '1' },
    paths: {
      '/consortium/v1/utilities': {
        post: {
          operationId: 'addUtility',
          tags,
          summary: 'Adds a member while the others charge; the same request again changes nothing.',
          security,
          parameters: [{ name: 'Idempotency-Key', in: 'header', required: false, schema: text }],
          requestBody: { required: true, content: { 'application/json': { schema: body } } },
          responses: {
            201: answer('It is a member now, and its services run.', added),
            200: answer('It was a member already, as told here.', added),
            default: problem,
          },
        },
        get: {
          operationId: 'listUtilities',
          tags,
          summary: 'The members.',
          security,
          responses: {
            200: answer('All of them.', {
              type: 'object',
              properties: { items: { type: 'array', items: member }, nextCursor: { type: 'null' } },
            }),
            default: problem,
          },
        },
      },
      '/consortium/v1/utilities/{utility}': {
        get: {
          operationId: 'getUtility',
          tags,
          summary: 'One member.',
          security,
          parameters: [{ name: 'utility', in: 'path', required: true, schema: text }],
          responses: { 200: answer('The member.', member), default: problem },
        },
      },
      '/consortium/v1/registry': {
        get: {
          operationId: 'getRegistry',
          tags,
          summary: 'The registry as the consortium signed it: prefixes, provider ids, public keys.',
          security: [],
          responses: { 200: answer('The signed document.', { type: 'object' }) },
        },
      },
    },
    components: {},
  };
}
