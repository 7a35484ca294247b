import { z } from 'zod';
import { defineContract } from '../../contract.js';
import { connectorId, identifier, instantString, stationId } from '../../values.js';
import { swipeIdentity } from '../aaa/charge.js';

/** A call towards a station: its OCPP name, and its payload as JSON text so that no digit is lost. */
const stationCall = {
  stationId,
  action: z.string().min(1).max(60),
  payload: z.string().max(60_000).describe('JSON text of the payload'),
};

/** What a call would do, before it is made: whether the standard has it, and what it names. */
export const readStationCall = defineContract({
  kind: 'command',
  service: 'router',
  name: 'readStationCall',
  version: 1,
  summary: 'Checks a call towards a station against the schema of the version that it speaks.',
  senders: ['aaa'],
  scope: 'own',
  request: z.strictObject(stationCall),
  reply: z.strictObject({
    /** null where the station is not connected: any version that has the call may be meant */
    protocol: z.enum(['ocpp1.6', 'ocpp2.0.1']).nullable(),
    fault: z
      .strictObject({
        kind: z.enum(['unknownAction', 'otherVersion', 'payload']),
        path: z.string(),
        message: z.string(),
      })
      .nullable(),
    /** the payload as it may be shown: passwords, tokens and CINs masked */
    shown: z.string(),
    /** the driver and connector of a remote start */
    start: z
      .strictObject({ identity: swipeIdentity, connectorId: connectorId.nullable() })
      .nullable(),
    /** whom a ReserveNow keeps a connector for */
    reservation: z
      .strictObject({
        reservationId: z.int(),
        identity: swipeIdentity,
        connectorId: connectorId.nullable(),
        until: instantString,
      })
      .nullable(),
    /** the reservation that a CancelReservation ends */
    cancels: z.int().nullable(),
    /** the transaction of a remote stop */
    transactionId: identifier.nullable(),
  }),
});

export const callStation = defineContract({
  kind: 'command',
  service: 'router',
  name: 'callStation',
  version: 1,
  summary: "Calls a connected station and waits for its answer, its error, or the time's end.",
  senders: ['aaa'],
  scope: 'own',
  request: z.strictObject(stationCall),
  reply: z.discriminatedUnion('outcome', [
    z.strictObject({
      outcome: z.literal('answered'),
      answer: z.string().describe('JSON text, as it may be shown'),
    }),
    z.strictObject({
      outcome: z.literal('error'),
      code: z.string().max(100),
      description: z.string().max(300),
    }),
    z.strictObject({ outcome: z.literal('timeout') }),
    z.strictObject({ outcome: z.literal('offline') }),
  ]),
});
