import { z } from 'zod';
import { defineContract } from '../../contract.js';
import { instantString, refusalReason, stationId, uuid } from '../../values.js';

export const OPERATION_STATES = [
  'pending',
  'answered',
  'error',
  'timeout',
  'offline',
  'refused',
] as const;

/** A call towards a station that staff asked for, and how it ended. */
export const operation = z.strictObject({
  operationId: uuid,
  stationId,
  action: z.string(),
  state: z.enum(OPERATION_STATES),
  askedBy: z.string(),
  at: instantString,
  endedAt: instantString.nullable(),
  /** JSON text, secrets masked */
  payload: z.string(),
  /** JSON text of the station's answer */
  answer: z.string().nullable(),
  error: z.strictObject({ code: z.string(), description: z.string() }).nullable(),
  /** of a remote start or stop */
  sessionId: uuid.nullable(),
  /** why the driver of a remote start may not charge: the station was not called */
  reason: refusalReason.nullable(),
});
export type Operation = z.infer<typeof operation>;

export const commandStation = defineContract({
  kind: 'command',
  service: 'aaa',
  name: 'commandStation',
  version: 1,
  summary:
    'Staff calls a station by an OCPP call of its own name; the operation tells how it ends.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({
    stationId,
    action: z.string().min(1).max(60),
    payload: z.string().max(60_000).describe('JSON text of the payload'),
    by: z.string().max(120),
  }),
  reply: operation,
});

export const readOperation = defineContract({
  kind: 'command',
  service: 'aaa',
  name: 'readOperation',
  version: 1,
  summary: 'How a call towards a station stands.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ operationId: uuid }),
  reply: operation,
});
