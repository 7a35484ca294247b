import {
  addCard,
  cardView,
  changeCard,
  consumerSettings,
  contractAcceptance,
  createConsumer,
  currencyCode,
  decimalString,
  findConsumer,
  identifier,
  instantString,
  moneyValue,
  registerStation,
  stationId,
  updateConsumer,
  utilitySlug,
  uuid,
} from '@roamgrid/contracts';
import { z } from 'zod';
import { pageQuery } from '../http/page.js';
import { defineRoute } from '../http/route.js';
import { formatQuery } from '../http/table.js';
import {
  consumerAnswer,
  mandateAnswer,
  newStationAnswer,
  operationAnswer,
  pageOf,
  stationAnswer,
  wireMessage,
} from './answers.js';

const consumerReaders = { scopes: ['billing:read', 'consumers:write'] } as const;
const consumerWriters = { scopes: ['consumers:write'] } as const;

export const listMandates = defineRoute({
  method: 'GET',
  path: '/mandates',
  name: 'listMandates',
  tag: 'Mandates',
  summary: 'Entries this utility holds, and those that others hold of its consumers.',
  scopes: ['sessions:read', 'consumers:write'],
  query: z.strictObject({
    ...pageQuery,
    role: z.enum(['home', 'visited']).optional(),
    state: mandateAnswer.shape.state.optional(),
    partner: utilitySlug.optional(),
  }),
  reply: pageOf(mandateAnswer),
});

export const deleteMandate = defineRoute({
  method: 'DELETE',
  path: '/mandates/:mandateId',
  name: 'revokeMandate',
  tag: 'Mandates',
  summary: 'As home: withdraws a mandate.',
  ...consumerWriters,
  params: z.strictObject({ mandateId: identifier }),
  reply: z.looseObject({ mandateId: identifier, state: z.string() }),
});

export const listConsumers = defineRoute({
  method: 'GET',
  path: '/consumers',
  name: 'listConsumers',
  tag: 'Consumers',
  summary: "This utility's consumers, newest first.",
  ...consumerReaders,
  query: z.strictObject({
    ...pageQuery,
    state: consumerAnswer.shape.state.optional(),
  }),
  reply: pageOf(consumerAnswer),
});

export const getConsumer = defineRoute({
  method: 'GET',
  path: '/consumers/:consumerId',
  name: 'getConsumer',
  tag: 'Consumers',
  summary: 'One consumer.',
  ...consumerReaders,
  params: z.strictObject({ consumerId: identifier }),
  reply: consumerAnswer,
});

export const postConsumer = defineRoute({
  method: 'POST',
  path: '/consumers',
  name: 'createConsumer',
  tag: 'Consumers',
  summary: 'Adds a consumer.',
  ...consumerWriters,
  body: z.strictObject({
    cin: createConsumer.request.shape.cin,
    pin: createConsumer.request.shape.pin.default(null),
    contractId: createConsumer.request.shape.contractId.default(null),
    cardUids: createConsumer.request.shape.cardUids.default([]),
    state: createConsumer.request.shape.state.default('active'),
    customerClass: consumerSettings.shape.customerClass,
    planId: consumerSettings.shape.planId,
    tier: consumerSettings.shape.tier.default('none'),
    paymentMode: consumerSettings.shape.paymentMode.default('postPaid'),
    paymentMethod: consumerSettings.shape.paymentMethod.describe(
      "the payment provider's token that debit and creditCard are charged to",
    ),
    currency: currencyCode.optional().describe("the utility's own where it is absent"),
    limitEnergyKwh: decimalString.default('1000'),
    limitAmount: decimalString.default('1000.00'),
    maxConcurrentSessions: consumerSettings.shape.maxConcurrentSessions.default(1),
    preAgreedPrice: z.boolean().default(false),
    roaming: z.boolean().default(true).describe('whether the contract covers other utilities'),
    reservations: z.boolean().default(true),
    acceptance: contractAcceptance.optional().describe('of the terms of the contract'),
    balance: moneyValue.optional().describe('opening balance of a prepaid consumer'),
  }),
  status: 201,
  reply: consumerAnswer,
});

export const searchConsumers = defineRoute({
  method: 'POST',
  path: '/consumers/search',
  name: 'searchConsumers',
  tag: 'Consumers',
  summary: 'Finds a consumer by CIN; a CIN never stands in a URL.',
  ...consumerReaders,
  body: findConsumer.request,
  reply: pageOf(consumerAnswer),
});

export const patchConsumer = defineRoute({
  method: 'PATCH',
  path: '/consumers/:consumerId',
  name: 'updateConsumer',
  tag: 'Consumers',
  summary:
    'Changes settings, which makes a version of the contract; blocks or unblocks; mandates end with either.',
  ...consumerWriters,
  params: updateConsumer.request.pick({ consumerId: true }),
  body: consumerSettings.partial().extend({
    state: z.enum(['active', 'blocked']).optional(),
    acceptance: contractAcceptance.optional(),
  }),
  reply: consumerAnswer,
});

export const listConsumerCards = defineRoute({
  method: 'GET',
  path: '/consumers/:consumerId/cards',
  name: 'listCards',
  tag: 'Consumers',
  summary: "A consumer's cards and loyalty numbers; of a number only the end is shown.",
  ...consumerReaders,
  params: z.strictObject({ consumerId: identifier }),
  reply: z.strictObject({ items: z.array(cardView) }),
});

export const postConsumerCard = defineRoute({
  method: 'POST',
  path: '/consumers/:consumerId/cards',
  name: 'addCard',
  tag: 'Consumers',
  summary:
    'Gives a consumer a card, or a loyalty number as an alias; partners learn its keyed hash.',
  ...consumerWriters,
  params: z.strictObject({ consumerId: identifier }),
  body: z.strictObject({
    kind: addCard.request.shape.kind.default('card'),
    number: addCard.request.shape.number.describe('8, 14 or 20 digits, hexadecimal'),
  }),
  status: 201,
  reply: cardView,
});

export const patchConsumerCard = defineRoute({
  method: 'PATCH',
  path: '/consumers/:consumerId/cards/:cardId',
  name: 'changeCard',
  tag: 'Consumers',
  summary: 'Blocks a lost card, or unblocks it; the consumer is not blocked.',
  ...consumerWriters,
  params: z.strictObject({ consumerId: identifier, cardId: identifier }),
  body: z.strictObject({ state: changeCard.request.shape.state }),
  reply: cardView,
});

const stationReaders = { scopes: ['sessions:read', 'stations:write'], providers: true } as const;

export const listStations = defineRoute({
  method: 'GET',
  path: '/stations',
  name: 'listStations',
  tag: 'Stations',
  summary: "This utility's stations.",
  ...stationReaders,
  query: z.strictObject(pageQuery),
  reply: pageOf(stationAnswer),
});

export const getStation = defineRoute({
  method: 'GET',
  path: '/stations/:stationId',
  name: 'getStation',
  tag: 'Stations',
  summary: 'One station: its signed record and its state.',
  ...stationReaders,
  params: z.strictObject({ stationId }),
  reply: stationAnswer,
});

export const postStation = defineRoute({
  method: 'POST',
  path: '/stations',
  name: 'registerStation',
  tag: 'Stations',
  summary: 'Registers a station; the password is shown once.',
  scopes: ['stations:write'],
  body: registerStation.request.shape.record.omit({ type: true, schemaVersion: true }),
  status: 201,
  reply: newStationAnswer,
});

export const postCommand = defineRoute({
  method: 'POST',
  path: '/stations/:stationId/commands/:action',
  name: 'commandStation',
  tag: 'Stations',
  summary:
    "Calls a station by an OCPP call of its own name, with that call's payload; the operation tells how it ends.",
  scopes: ['stations:write'],
  params: z.strictObject({ stationId, action: z.string().regex(/^[A-Za-z0-9]{1,60}$/) }),
  body: z.looseObject({}).describe('the payload, as the version that the station speaks has it'),
  status: 202,
  reply: operationAnswer,
});

export const getOperation = defineRoute({
  method: 'GET',
  path: '/operations/:operationId',
  name: 'getOperation',
  tag: 'Stations',
  summary: 'How a call towards a station stands, and what the station answered.',
  scopes: ['stations:write', 'sessions:read'],
  params: z.strictObject({ operationId: uuid }),
  reply: operationAnswer,
});

export const listMessages = defineRoute({
  method: 'GET',
  path: '/stations/:stationId/messages',
  name: 'listStationMessages',
  tag: 'Stations',
  summary: 'The wire log of a station, redacted, newest last; as CSV and JSON lines too.',
  scopes: ['sessions:read', 'stations:write'],
  params: z.strictObject({ stationId }),
  query: z.strictObject({
    ...pageQuery,
    ...formatQuery,
    action: z.string().min(1).max(64).optional().describe('the OCPP action, or the HTTP step'),
    direction: z.enum(['in', 'out']).optional(),
    from: instantString.optional().describe('inclusive'),
    to: instantString.optional().describe('exclusive'),
  }),
  formats: true,
  reply: pageOf(wireMessage),
});
