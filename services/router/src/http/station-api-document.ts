import { z } from 'zod';
import {
  consentBody,
  declineBody,
  meterValuesBody,
  startBody,
  stopBody,
  swipeBody,
} from './bodies.js';

type Json = Record<string, unknown>;

interface Step {
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  readonly status: 200 | 201;
  /** null: a GET */
  readonly body: z.ZodType | null;
  readonly reply: Json;
}

const text = { type: 'string' };
const decimal = { type: 'string', description: 'decimal' };
const state = { type: 'string', description: 'state of the session' };

function object(properties: Json, required: readonly string[]): Json {
  return { type: 'object', properties, required };
}

function array(items: Json): Json {
  return { type: 'array', items };
}

const totals = { totalExclTax: decimal, tax: decimal, totalInclTax: decimal };
const amount = { currency: text, totalInclTax: decimal };
const cost = object(amount, ['currency', 'totalInclTax']);

const bill = object(
  {
    currency: text,
    lines: array(
      object(
        {
          description: text,
          component: text,
          quantity: decimal,
          quantitySeconds: { type: 'integer', description: 'of a time line' },
          unit: text,
          unitPrice: decimal,
          amount: decimal,
        },
        ['description', 'component', 'quantity', 'unit', 'unitPrice', 'amount'],
      ),
    ),
    ...totals,
  },
  ['currency', 'lines', 'totalExclTax', 'tax', 'totalInclTax'],
);

const quote = object(
  {
    quoteId: text,
    hash: { type: 'string', description: 'what a consent names' },
    currency: text,
    tariff: { type: 'object', description: "the driver's tariff, OCPI-shaped" },
    pricePerKwh: decimal,
    tier: text,
    tierDiscountPercent: decimal,
    estimate: object({ energyKwh: decimal, ...totals }, ['totalInclTax']),
    estimateHome: object({ ...amount, rate: decimal, source: text, at: text }, []),
    validUntil: text,
  },
  ['quoteId', 'hash', 'currency', 'tariff', 'validUntil'],
);

const swipeReply = object(
  {
    sessionId: text,
    decision: { type: 'string', enum: ['quoted', 'refused'] },
    reason: { type: 'string', description: 'why it was refused' },
    message: { type: 'string', description: 'for the driver' },
    authorizedBy: { type: 'string', enum: ['home', 'visitingProfile', 'offlineRule'] },
    homeUtility: text,
    visitedUtility: text,
    quote,
  },
  ['sessionId', 'decision', 'message'],
);

const meterReply = object(
  {
    state,
    energyKwh: decimal,
    runningCost: cost,
    stop: { type: 'string', enum: ['credit_exhausted'] },
  },
  ['state'],
);

const stopReply = object({ state, message: text, bill, unbilledEnergyKwh: decimal }, ['state']);

const STEPS: readonly Step[] = [
  {
    path: '/station/v1/swipes',
    name: 'swipe',
    summary: 'A driver identifies; answered with a price, or with why there is none',
    status: 201,
    body: swipeBody,
    reply: swipeReply,
  },
  {
    path: '/station/v1/sessions/{id}/consent',
    name: 'consentToQuote',
    summary: 'The driver says yes to the quote of this hash',
    status: 200,
    body: consentBody,
    reply: object({ state }, ['state']),
  },
  {
    path: '/station/v1/sessions/{id}/decline',
    name: 'declineQuote',
    summary: 'The driver says no, before anything was metered',
    status: 200,
    body: declineBody,
    reply: object({ state }, ['state']),
  },
  {
    path: '/station/v1/sessions/{id}/start',
    name: 'startCharge',
    summary: 'Energy begins to flow',
    status: 200,
    body: startBody,
    reply: object({ state }, ['state']),
  },
  {
    path: '/station/v1/sessions/{id}/meter-values',
    name: 'recordMeterValues',
    summary: 'What the meter read; answered with the cost so far',
    status: 200,
    body: meterValuesBody,
    reply: meterReply,
  },
  {
    path: '/station/v1/sessions/{id}/stop',
    name: 'stopCharge',
    summary: 'The charge has ended; answered with the bill where it can be rated at once',
    status: 200,
    body: stopBody,
    reply: stopReply,
  },
  {
    path: '/station/v1/sessions/{id}',
    name: 'readStationSession',
    summary: 'The session as its station may see it',
    status: 200,
    body: null,
    reply: object({ sessionId: text, state }, ['state']),
  },
];

/** Integers of a body arrive as bigint, for which JSON Schema has no other word. */
function documentInteger(context: { zodSchema: z.core.$ZodType; jsonSchema: Json }): void {
  if (!(context.zodSchema instanceof z.ZodBigInt)) return;
  const { minValue, maxValue } = context.zodSchema;
  context.jsonSchema['type'] = 'integer';
  if (minValue !== null) context.jsonSchema['minimum'] = Number(minValue);
  if (maxValue !== null) context.jsonSchema['maximum'] = Number(maxValue);
}

function schemaOf(body: z.ZodType): Json {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(body, {
    io: 'input',
    unrepresentable: 'any',
    override: documentInteger,
  });
  return schema;
}

function json(schema: Json): Json {
  return { 'application/json': { schema } };
}

function problem(description: string): Json {
  return { description, content: { 'application/problem+json': { schema: { type: 'object' } } } };
}

function operationOf({ path, name, summary, status, body, reply }: Step): Json {
  const isSession = path.includes('{id}');
  return {
    operationId: name,
    summary,
    tags: ['Stations over HTTP'],
    security: [{ station: [] }],
    ...(isSession
      ? { parameters: [{ name: 'id', in: 'path', required: true, schema: text }] }
      : {}),
    ...(body === null ? {} : { requestBody: { required: true, content: json(schemaOf(body)) } }),
    responses: {
      [status]: { description: 'Done', content: json(reply) },
      400: problem('Not the documented shape'),
      401: problem('Not a station, or not its password'),
      ...(isSession ? { 404: problem("No such session, or another station's") } : {}),
      ...(isSession && body !== null ? { 409: problem('Not in this state') } : {}),
      503: problem("The station's utility cannot be reached: send it again"),
    },
  };
}

/** The OpenAPI 3.1 document of the station HTTP API. */
export function stationApiDocument(): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Roamgrid station API',
      version: '1',
      description: 'For stations that speak HTTP. Each POST on a session is idempotent by content.',
    },
    servers: [{ url: '/' }],
    paths: Object.fromEntries(
      STEPS.map((step) => [
        step.path,
        { [step.body === null ? 'get' : 'post']: operationOf(step) },
      ]),
    ),
    components: {
      schemas: {},
      securitySchemes: {
        station: {
          type: 'http',
          scheme: 'basic',
          description: "the station's id and its password",
        },
      },
    },
  };
}
