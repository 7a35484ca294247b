import { z } from 'zod';
import { defineContract } from '../../contract.js';
import { meterCorrection } from '../../documents/correction.js';
import { signedStationRecord } from '../../documents/station-record.js';
import { drainRequest, identifier, instantString, nothing, stationId } from '../../values.js';

/** Delivers everything this service's outbox holds now; a close must not miss a charge that ended. */
export const drainAaa = defineContract({
  kind: 'command',
  service: 'aaa',
  name: 'drain',
  version: 1,
  summary: 'Delivers what the outbox holds before a period is closed.',
  senders: ['portal', 'settlement'],
  scope: 'own',
  request: drainRequest,
  reply: nothing,
});

export const registerStation = defineContract({
  kind: 'command',
  service: 'aaa',
  name: 'registerStation',
  version: 1,
  summary: 'Registers a station or a new version of its record; sets its password once.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({
    record: signedStationRecord.shape.document.omit({
      version: true,
      utility: true,
      notBefore: true,
    }),
    /** SHA-256(stationId ":" password); null keeps the old one */
    passwordDigest: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .nullable(),
  }),
  reply: signedStationRecord,
});

/**
 * A station has one id in the whole consortium, and no database is shared: who registers one has claimed it
 * at home before it asks, so that of two at once at least one sees the other.
 */
export const isStationIdTaken = defineContract({
  kind: 'command',
  service: 'aaa',
  name: 'isStationIdTaken',
  version: 1,
  summary: 'A utility that registers a station asks the others whether they have that id.',
  senders: ['aaa'],
  scope: 'partner',
  request: z.strictObject({ stationId }),
  reply: z.strictObject({ taken: z.boolean() }),
});

export const listWireLog = defineContract({
  kind: 'command',
  service: 'aaa',
  name: 'listWireLog',
  version: 1,
  summary: "A station's wire log, newest last.",
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({
    stationId,
    limit: z.int().min(1).max(500),
    cursor: z.string().nullable(),
    /** what the list is narrowed to; null where it is not */
    action: z.string().max(64).nullable().default(null),
    direction: z.enum(['in', 'out']).nullable().default(null),
    /** inclusive */
    from: instantString.nullable().default(null),
    /** exclusive */
    to: instantString.nullable().default(null),
  }),
  reply: z.strictObject({
    items: z.array(
      z.strictObject({
        at: instantString,
        direction: z.enum(['in', 'out']),
        messageId: z.string().nullable(),
        action: z.string().nullable(),
        raw: z.string(),
      }),
    ),
    nextCursor: z.string().nullable(),
  }),
});

export const resolveSuspense = defineContract({
  kind: 'command',
  service: 'aaa',
  name: 'resolveSuspense',
  version: 1,
  summary: 'Ends a suspense item as bill, as credit or with a signed write-off.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({
    suspenseId: identifier,
    resolution: z.enum(['written_off', 'bill', 'credit']),
    note: z.string().min(1).max(500),
    by: z.string().max(120),
    /** what staff read off the meter; a bill needs it, a credit without it takes everything back */
    correction: meterCorrection.nullable().default(null),
  }),
  reply: z.strictObject({ suspenseId: identifier, state: identifier }),
});
