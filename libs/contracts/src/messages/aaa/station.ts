import { z } from 'zod';
import { defineContract } from '../../contract.js';
import {
  connectorId,
  hashHex,
  identifier,
  instantString,
  nothing,
  stationId,
  utilitySlug,
  uuid,
  wireFrame,
} from '../../values.js';

/** What the router may know of a station. */
export const stationView = z.strictObject({
  stationId,
  utility: utilitySlug,
  timeZone: z.string(),
  connectorIds: z.array(connectorId),
});

/** Is this station ours, and is this its password? `passwordDigest` = SHA-256(stationId ":" password). */
export const authenticateStation = defineContract({
  kind: 'command',
  service: 'aaa',
  name: 'authenticateStation',
  version: 1,
  summary: 'Router asks whether a station belongs here and its password fits.',
  senders: ['router'],
  scope: 'own',
  request: z.strictObject({ stationId, passwordDigest: hashHex }),
  reply: z.strictObject({
    known: z.boolean(),
    accepted: z.boolean(),
    station: stationView.nullable(),
  }),
});

/** Keeps a frame that is no step of a charge: boot, heartbeat, status, our own calls, refused frames. */
export const recordFrame = defineContract({
  kind: 'command',
  service: 'aaa',
  name: 'recordFrame',
  version: 1,
  summary: 'Keeps a frame in the wire log; a refused billing frame opens suspense.',
  senders: ['router'],
  scope: 'own',
  request: z.strictObject({
    stationId,
    direction: z.enum(['in', 'out']),
    wire: wireFrame,
    /** the station's connection that it came or went over, minted when that was let in; absent where it does not matter which */
    connectionId: uuid.exactOptional(),
    /** set when the frame was answered with an error */
    refusal: z.strictObject({ code: z.string().max(60), billing: z.boolean() }).nullable(),
    effect: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('boot'), vendor: z.string(), model: z.string() }),
        z.strictObject({ kind: z.literal('heartbeat') }),
        z.strictObject({
          kind: z.literal('status'),
          connectorId: z.int().min(0).max(99),
          status: z.string().max(30),
          at: instantString.nullable(),
        }),
        z.strictObject({ kind: z.literal('online'), online: z.boolean() }),
      ])
      .nullable(),
  }),
  reply: nothing,
});

/** The session as its own station may see it. */
export const sessionForStation = z.strictObject({
  sessionId: uuid,
  state: identifier,
  connectorId: connectorId.nullable(),
  homeUtility: utilitySlug.nullable(),
  visitedUtility: utilitySlug,
  message: z.string(),
  energyKwh: z.string().nullable(),
  runningCost: z.strictObject({ currency: z.string(), totalInclTax: z.string() }).nullable(),
  quoteHash: hashHex.nullable(),
});

export const readStationSession = defineContract({
  kind: 'command',
  service: 'aaa',
  name: 'readStationSession',
  version: 1,
  summary: "A station reads one of its own sessions; another station's is not found.",
  senders: ['router'],
  scope: 'own',
  request: z.strictObject({ stationId, sessionId: uuid }),
  reply: sessionForStation,
});
