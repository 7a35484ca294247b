import { z } from 'zod';
import { defineContract } from '../../contract.js';
import { chargeRecord, signedCdr } from '../../documents/cdr.js';
import { meterCorrection, signedCdrCredit, signedWriteOff } from '../../documents/correction.js';
import { signedAgreedTariff } from '../../documents/agreed-tariff.js';
import { disputeReason, signedCdrAnswer } from '../../documents/invoice.js';
import { nothing, utilitySlug, uuid } from '../../values.js';

/** A charge ended: settlement rates it and makes its CDR. Idempotent by session. */
export const recordCharge = defineContract({
  kind: 'event',
  service: 'settlement',
  name: 'recordCharge',
  version: 1,
  summary: 'Visited AAA hands a metered charge to its settlement.',
  senders: ['aaa'],
  scope: 'own',
  request: z.strictObject({ charge: chargeRecord, agreedTariff: signedAgreedTariff }),
  reply: nothing,
});

/** A CDR reaches home as it arises; home re-rates it and answers with `answerCdr`. */
export const receiveCdr = defineContract({
  kind: 'event',
  service: 'settlement',
  name: 'receiveCdr',
  version: 1,
  summary: 'Visited sends home a charge detail record.',
  senders: ['settlement'],
  scope: 'partner',
  request: z.strictObject({ cdr: signedCdr }),
  reply: nothing,
});

/** Home misses numbers of a direction; visited sends what it has of them again. */
export const resendCdrs = defineContract({
  kind: 'event',
  service: 'settlement',
  name: 'resendCdrs',
  version: 1,
  summary: 'Home asks visited for the CDRs of a gap in the sequence.',
  senders: ['settlement'],
  scope: 'partner',
  request: z.strictObject({
    homeUtility: utilitySlug,
    sequences: z.array(z.int().min(1)).max(200),
  }),
  reply: nothing,
});

export const answerCdr = defineContract({
  kind: 'event',
  service: 'settlement',
  name: 'answerCdr',
  version: 1,
  summary: 'Home accepts a CDR or objects to it, before invoicing.',
  senders: ['settlement'],
  scope: 'partner',
  request: z.strictObject({ answer: signedCdrAnswer }),
  reply: nothing,
});

/** What surrounds a CDR after home's staff has spoken; `answer` is home's latest. */
export const cdrJudgement = z.strictObject({
  cdrId: uuid,
  state: z.enum(['accepted', 'held']),
  cdr: signedCdr,
  answer: signedCdrAnswer,
});
export type CdrJudgement = z.infer<typeof cdrJudgement>;

export const objectCdr = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'objectCdr',
  version: 1,
  summary: "Home's staff objects to a CDR before it is invoiced; it is held until they accept it.",
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({
    cdrId: uuid,
    reasonCode: disputeReason,
    note: z.string().max(500),
    by: z.string(),
  }),
  reply: cdrJudgement,
});

/** Also what releases a charge that began before its consent. */
export const acceptCdr = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'acceptCdr',
  version: 1,
  summary:
    "Home's staff accepts a CDR that was objected to; it goes on its way to invoice and bill.",
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ cdrId: uuid, note: z.string().max(500), by: z.string() }),
  reply: cdrJudgement,
});

/** Named by its CDR or by its session, of which one CDR at most is live. */
export const chargeName = z.union([
  z.strictObject({ cdrId: uuid }),
  z.strictObject({ sessionId: uuid }),
]);

export const correctCharge = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'correctCharge',
  version: 1,
  summary:
    'Visited takes a CDR back that is on no invoice, and may put a corrected one in its place.',
  senders: ['portal', 'aaa'],
  scope: 'own',
  request: z.strictObject({
    charge: chargeName,
    reason: z.string().min(1).max(500),
    by: z.string(),
    /** null: nothing was delivered, and nothing stands in the place of the CDR */
    correction: meterCorrection.nullable(),
  }),
  reply: z.strictObject({ credit: signedCdrCredit, cdr: signedCdr.nullable() }),
});

/** What was wrong and what is true come in one message: home never sees the one without the other. */
export const receiveCorrection = defineContract({
  kind: 'event',
  service: 'settlement',
  name: 'receiveCorrection',
  version: 1,
  summary: 'Visited tells home that it takes a CDR back, and which one stands in its place.',
  senders: ['settlement'],
  scope: 'partner',
  request: z.strictObject({ credit: signedCdrCredit, cdr: signedCdr.nullable() }),
  reply: nothing,
});

/** Whether one person's wish is done already or waits for another person. */
export const fourEyesState = z.enum(['proposed', 'done']);

export const writeOffCdr = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'writeOffCdr',
  version: 1,
  summary: 'Visited bears a CDR that home refuses for good: one person proposes, another approves.',
  senders: ['portal'],
  scope: 'own',
  request: z.discriminatedUnion('step', [
    z.strictObject({
      step: z.literal('propose'),
      cdrId: uuid,
      note: z.string().min(1).max(500),
      by: z.string(),
    }),
    z.strictObject({ step: z.literal('approve'), cdrId: uuid, by: z.string() }),
  ]),
  reply: z.strictObject({ state: fourEyesState, writeOff: signedWriteOff.nullable() }),
});

export const receiveWriteOff = defineContract({
  kind: 'event',
  service: 'settlement',
  name: 'receiveWriteOff',
  version: 1,
  summary: 'Visited tells home that it claims nothing more for a CDR.',
  senders: ['settlement'],
  scope: 'partner',
  request: z.strictObject({ writeOff: signedWriteOff }),
  reply: nothing,
});

export const readCdr = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'readCdr',
  version: 1,
  summary: 'The signed CDR document of one session of this utility.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ cdrId: uuid }),
  reply: z.strictObject({ cdr: signedCdr.nullable() }),
});
