import { z } from 'zod';
import { defineContract } from '../../contract.js';
import { decimalString, hashHex, nothing, uuid } from '../../values.js';
import { auditReport } from '../settlement/bill.js';

/** What AAA alone can show: sessions, events, suspense, reservations. */
export const auditSessions = defineContract({
  kind: 'command',
  service: 'aaa',
  name: 'auditSessions',
  version: 1,
  summary: "Checks the invariants of this utility's sessions, events and suspense.",
  senders: ['portal'],
  scope: 'own',
  request: nothing,
  reply: auditReport,
});

/** A session that ended well, as far as a charge detail record must have it again. */
export const endedCharge = z.strictObject({
  sessionId: uuid,
  energyKwh: decimalString,
  /** as the session pinned them at authorization and consent */
  agreedTariffHash: hashHex,
  quoteHash: hashHex,
});
export type EndedCharge = z.infer<typeof endedCharge>;

export const listEndedCharges = defineContract({
  kind: 'command',
  service: 'aaa',
  name: 'listEndedCharges',
  version: 1,
  summary: 'Every charge that ended and was handed over, in order of id, for the audit.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ after: uuid.nullable(), limit: z.int().min(1).max(500) }),
  reply: z.strictObject({ items: z.array(endedCharge) }),
});
