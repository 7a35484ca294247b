import { z } from 'zod';
import { defineContract } from '../../contract.js';
import { ratedFigures } from '../../documents/cdr.js';
import { signedQuote } from '../../documents/quote.js';
import {
  assurance,
  authorizedBy,
  connectorId,
  decimalString,
  hashHex,
  identifier,
  identity,
  instantString,
  medium,
  refusalReason,
  sessionKind,
  tier,
  stationId,
  utilitySlug,
  uuid,
  wireFrame,
} from '../../values.js';

/** What the router read from the driver's medium. */
export const swipeIdentity = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('read'),
    identity,
    /** the utility whose prefix it carries; null when no member of the consortium has it */
    homeUtility: utilitySlug.nullable(),
  }),
  z.strictObject({ outcome: z.literal('malformed') }),
]);

export const swipe = defineContract({
  kind: 'command',
  service: 'aaa',
  name: 'swipe',
  version: 1,
  summary: 'A driver identified at a station: authorize, price, quote or refuse.',
  senders: ['router'],
  scope: 'own',
  request: z.strictObject({
    sessionId: uuid.describe('minted by the router'),
    stationId,
    /** null over OCPP, where Authorize names no EVSE */
    connectorId: connectorId.nullable(),
    identity: swipeIdentity,
    medium,
    /** a vehicle unless told */
    kind: sessionKind.optional(),
    assurance,
    /** JWE to home's published key; the PIN itself never travels */
    pin: z.string().nullable(),
    requestedEnergyKwh: decimalString.nullable(),
    idempotencyKey: z.string().max(200).nullable(),
    wire: wireFrame,
  }),
  reply: z.strictObject({
    sessionId: uuid,
    decision: z.enum(['quoted', 'refused']),
    reason: refusalReason.nullable(),
    message: z.string(),
    authorizedBy: authorizedBy.nullable(),
    homeUtility: utilitySlug.nullable(),
    visitedUtility: utilitySlug,
    quote: signedQuote.nullable(),
  }),
});

export const consent = defineContract({
  kind: 'command',
  service: 'aaa',
  name: 'consent',
  version: 1,
  summary: "The driver's yes to a quote, bound to its hash.",
  senders: ['router'],
  scope: 'own',
  request: z.strictObject({ sessionId: uuid, stationId, quoteHash: hashHex, wire: wireFrame }),
  reply: z.strictObject({ sessionId: uuid, state: identifier }),
});

export const decline = defineContract({
  kind: 'command',
  service: 'aaa',
  name: 'decline',
  version: 1,
  summary: "The driver's no to a quote, or to a charge that has not begun.",
  senders: ['router'],
  scope: 'own',
  request: z.strictObject({ sessionId: uuid, stationId, wire: wireFrame }),
  reply: z.strictObject({ sessionId: uuid, state: identifier }),
});

/** A register reading of a station. */
export const meterReading = z.strictObject({
  at: instantString,
  meterWh: decimalString,
  powerW: decimalString.nullable(),
  stateOfChargePercent: decimalString.nullable(),
});
export type MeterReading = z.infer<typeof meterReading>;

/** What the driver owes home for one session, as the station may show it. */
export const retailFigures = z.strictObject({ ...ratedFigures, unbilledEnergyKwh: decimalString });

/**
 * One step of a transaction, of any protocol. Natural keys: HTTP (session, step, content),
 * OCPP 2.0.1 (station, transactionId, seqNo), OCPP 1.6 start (station, connector, idTag, timestamp,
 * meterStart), stop (station, transactionId). The payload hash stands beside the key.
 */
export const recordTransactionEvent = defineContract({
  kind: 'command',
  service: 'aaa',
  name: 'recordTransactionEvent',
  version: 1,
  summary: 'A metered step of a charge: committed first, then judged, then answered.',
  senders: ['router'],
  scope: 'own',
  request: z.strictObject({
    stationId,
    step: z.enum(['started', 'updated', 'ended']),
    /** null for an OCPP 1.6 start, which gets its number here */
    transactionId: identifier.nullable(),
    /** the HTTP API names the session; OCPP finds it by station and token */
    sessionId: uuid.nullable(),
    /** minted by the router for a start that must authorize in line */
    newSessionId: uuid.nullable(),
    naturalKey: z.string().min(1).max(300),
    payloadHash: hashHex,
    sequenceNumber: z.int().nullable(),
    connectorId: connectorId.nullable(),
    identity: swipeIdentity.nullable(),
    at: instantString,
    offline: z.boolean(),
    readings: z.array(meterReading).max(500),
    meterSerial: z.string().max(50).nullable(),
    signedData: z
      .strictObject({ format: z.string().max(20), value: z.string().max(10_000) })
      .nullable(),
    /** idle: connected, no energy asked for */
    activity: z.enum(['charging', 'idle']).nullable(),
    stopReason: z.string().max(40).nullable(),
    /** can this station show a price before it starts? */
    showsPrice: z.boolean(),
    wire: wireFrame,
  }),
  reply: z.strictObject({
    sessionId: uuid.nullable(),
    transactionId: identifier,
    state: identifier,
    message: z.string(),
    refusal: refusalReason.nullable(),
    /** of the driver, as home's mandate says it */
    tier: tier.optional(),
    /** of the driver's tier, as the quote said it */
    chargingPriority: z.int().min(-9).max(9).optional(),
    energyKwh: decimalString.nullable(),
    runningCost: z.strictObject({ currency: z.string(), totalInclTax: decimalString }).nullable(),
    stop: z.enum(['credit_exhausted']).nullable(),
    bill: retailFigures.nullable(),
    /** set when the event went to suspense; the station is answered normally */
    quarantined: z.string().nullable(),
  }),
});
