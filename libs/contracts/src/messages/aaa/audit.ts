import { z } from 'zod';
import { defineContract } from '../../contract.js';
import { signedAgreedTariff } from '../../documents/agreed-tariff.js';
import { chargeRecord } from '../../documents/cdr.js';
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

/** A charge made once more from the raw events of its station and what was decided then. */
export const replayedCharge = z.strictObject({
  charge: chargeRecord,
  agreedTariff: signedAgreedTariff,
});
export type ReplayedCharge = z.infer<typeof replayedCharge>;

/** Charges are documents of ten kilobytes and more. */
const REPLAYED_PAGE = 50;

export const replayCharges = defineContract({
  kind: 'command',
  service: 'aaa',
  name: 'replayCharges',
  version: 1,
  summary: 'Makes charges once more from the stored events, in order of session id, for the audit.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ after: uuid.nullable(), limit: z.int().min(1).max(REPLAYED_PAGE) }),
  reply: z.strictObject({
    items: z.array(replayedCharge),
    /** the last session that was looked at; null where none is left */
    next: uuid.nullable(),
  }),
});
