import { z } from 'zod';
import { defineContract } from '../../contract.js';
import { signedAgreedTariff } from '../../documents/agreed-tariff.js';
import { oneSessionMandates, signedMandate } from '../../documents/mandate.js';
import {
  assurance,
  customerClass,
  identifier,
  identity,
  instantString,
  medium,
  nothing,
  refusalReason,
  stationClass,
  stationId,
  utilitySlug,
  uuid,
} from '../../values.js';

/** Home's verdict on a driver who stands at a partner's station. */
export const authorizeRoaming = defineContract({
  kind: 'command',
  service: 'aaa',
  name: 'authorizeRoaming',
  version: 1,
  summary: 'Visited asks home: is this your consumer, and may they charge here?',
  senders: ['aaa'],
  scope: 'partner',
  request: z.strictObject({
    sessionId: uuid,
    visitedUtility: utilitySlug,
    identity,
    medium,
    assurance,
    pin: z.string().nullable(),
    /** wrong PINs slow down per consumer and station */
    stationId,
    stationClass,
  }),
  reply: z.discriminatedUnion('decision', [
    z.strictObject({
      decision: z.literal('accepted'),
      pseudonym: identifier,
      customerClass,
      assurance,
    }),
    z.strictObject({ decision: z.literal('refused'), reason: refusalReason }),
  ]),
});

/** Home turns an agreed tariff into a mandate for one of its consumers. */
export const requestMandate = defineContract({
  kind: 'command',
  service: 'aaa',
  name: 'requestMandate',
  version: 1,
  summary: 'Visited asks home for a signed mandate under the agreed tariff.',
  senders: ['aaa'],
  scope: 'partner',
  request: z.strictObject({
    sessionId: uuid,
    visitedUtility: utilitySlug,
    pseudonym: identifier,
    assurance,
    agreedTariff: signedAgreedTariff,
    held: oneSessionMandates,
  }),
  reply: z.discriminatedUnion('decision', [
    z.strictObject({ decision: z.literal('issued'), mandate: signedMandate }),
    z.strictObject({ decision: z.literal('refused'), reason: refusalReason }),
  ]),
});

/**
 * The driver swiped elsewhere: is the mandate for one session still unused? Visited ends it, and the quotes
 * under it, in the step that finds out; once a charge was begun under it the answer is no.
 */
export const recallMandate = defineContract({
  kind: 'command',
  service: 'aaa',
  name: 'recallMandate',
  version: 1,
  summary: 'Home asks visited to give back a mandate that nobody has consented under.',
  senders: ['profiles'],
  scope: 'partner',
  request: z.strictObject({ mandateId: identifier, homeUtility: utilitySlug }),
  reply: z.strictObject({ recalled: z.boolean() }),
});

/** Home revoked a mandate: no further session begins under it, and quotes under it end. */
export const endMandate = defineContract({
  kind: 'event',
  service: 'aaa',
  name: 'endMandate',
  version: 1,
  summary: 'Visited profiles tells its AAA that home revoked a mandate.',
  senders: ['profiles'],
  scope: 'own',
  request: z.strictObject({ mandateId: identifier, homeUtility: utilitySlug }),
  reply: nothing,
});

/** A charge began under a mandate; sent afterwards, never waited for. */
export const noteStart = defineContract({
  kind: 'event',
  service: 'aaa',
  name: 'noteStart',
  version: 1,
  summary: 'Visited tells home that a charge began under a mandate.',
  senders: ['aaa'],
  scope: 'partner',
  request: z.strictObject({
    sessionId: uuid,
    visitedUtility: utilitySlug,
    mandateId: identifier,
    pseudonym: identifier,
    stationId,
    startAt: instantString,
    /** the start contradicted itself: nothing is charged unless staff bills it, so the visit is not open */
    inSuspense: z.boolean().optional(),
    /** made while home was silent: home learns of its caps by this */
    offlineMandate: signedMandate.optional(),
  }),
  reply: nothing,
});

/** A charge ended, was expired or declined: home forgets it as open. */
export const noteEnd = defineContract({
  kind: 'event',
  service: 'aaa',
  name: 'noteEnd',
  version: 1,
  summary: 'Visited tells home that a session holds nothing any more.',
  senders: ['aaa'],
  scope: 'partner',
  request: z.strictObject({
    sessionId: uuid,
    visitedUtility: utilitySlug,
    mandateId: identifier,
    pseudonym: identifier,
    /** a session that ended without energy releases what home reserved */
    charged: z.boolean(),
    /** a mandate with no cap left, or good for one session, is used up */
    mandateUsedUp: z.boolean(),
    endAt: instantString,
  }),
  reply: nothing,
});
