import { z } from 'zod';
import { defineContract } from '../../contract.js';
import { hashHex, instantString, integerString, nothing } from '../../values.js';

/** What a utility may ask the ledger to record: the transactions of the consortium's contract. */
export const LEDGER_TRANSACTIONS = [
  'presentInvoice',
  'verifyInvoice',
  'acceptInvoice',
  'disputeInvoice',
  'creditInvoice',
  'recordAgreement',
  'recordSettlement',
  'recordPayment',
] as const;

/** What then stands there. */
export const LEDGER_RECORD_KINDS = [
  'invoice',
  'verification',
  'acceptance',
  'dispute',
  'credit',
  'agreement',
  'settlement',
  'payment',
] as const;

/** lower-case hex HMAC-SHA-256 with a secret of the pair: what names a record on the ledger */
const businessKey = z.string().regex(/^[0-9a-f]{64}$/, 'a business key');

/**
 * Records a document on the ledger, or answers with the receipt of the first time. Who is spoken for is the
 * utility whose address is asked: no message names its caller.
 */
export const submitTransaction = defineContract({
  kind: 'command',
  service: 'ledger',
  name: 'submitTransaction',
  version: 1,
  summary: "Records a utility's document on the ledger, once under its business key.",
  senders: ['settlement'],
  scope: 'own',
  request: z.strictObject({
    name: z.enum(LEDGER_TRANSACTIONS),
    businessKey,
    documentHash: hashHex,
    argument: z.record(z.string(), z.json()).describe('what every member of the channel may see'),
    transient: z
      .record(z.string(), z.json())
      .nullable()
      .describe('what only the endorsing parties see'),
  }),
  reply: z.strictObject({
    txId: hashHex,
    blockNumber: integerString,
    businessKey,
    documentHash: hashHex,
    committedAt: instantString,
    first: z.boolean().describe('false: it had been recorded before'),
  }),
});

export const readRecord = defineContract({
  kind: 'command',
  service: 'ledger',
  name: 'readRecord',
  version: 1,
  summary: 'What the utility itself recorded under a business key.',
  senders: ['settlement'],
  scope: 'own',
  request: z.strictObject({ businessKey }),
  reply: z.strictObject({
    record: z
      .strictObject({
        kind: z.enum(LEDGER_RECORD_KINDS),
        businessKey,
        documentHash: hashHex,
        txId: hashHex,
        blockNumber: integerString,
        committedAt: instantString,
        fact: z.record(z.string(), z.json()),
      })
      .nullable(),
  }),
});

/** A page of a listing; a record is a small object. */
const RECORDS_PAGE = 500;

/** `records` is null for a ledger that lists nothing. */
export const listRecords = defineContract({
  kind: 'command',
  service: 'ledger',
  name: 'listRecords',
  version: 1,
  summary: "Every record in the utility's own collection, in order of key, for the audit.",
  senders: ['settlement'],
  scope: 'own',
  request: z.strictObject({
    after: businessKey.nullable(),
    limit: z.int().min(1).max(RECORDS_PAGE),
  }),
  reply: z.strictObject({
    records: z
      .array(
        z.strictObject({
          kind: z.enum(LEDGER_RECORD_KINDS),
          businessKey,
          documentHash: hashHex,
          fact: z.record(z.string(), z.json()),
        }),
      )
      .nullable(),
  }),
});

export const readHeight = defineContract({
  kind: 'command',
  service: 'ledger',
  name: 'readHeight',
  version: 1,
  summary: 'The number of blocks.',
  senders: ['settlement'],
  scope: 'own',
  request: nothing,
  reply: z.strictObject({ height: integerString }),
});

/** `verdict` is null for a ledger whose members verify it themselves. */
export const verifyChain = defineContract({
  kind: 'command',
  service: 'ledger',
  name: 'verifyChain',
  version: 1,
  summary: 'Recomputes the chain of blocks and names the first that does not fit.',
  senders: ['settlement'],
  scope: 'own',
  request: nothing,
  reply: z.strictObject({
    verdict: z
      .discriminatedUnion('intact', [
        z.strictObject({ intact: z.literal(true), height: integerString, headHash: z.string() }),
        z.strictObject({
          intact: z.literal(false),
          blockNumber: integerString,
          reason: z.string(),
        }),
      ])
      .nullable(),
  }),
});
