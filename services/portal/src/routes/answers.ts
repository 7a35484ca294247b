import {
  agreementView,
  billDocument,
  cdrDocument,
  consumerSettings,
  consumerView,
  creditNoteDocument,
  currencyCode,
  decimalString,
  hashHex,
  identifier,
  instantString,
  invoiceDocument,
  invoiceLine,
  invoiceView,
  mandateDocument,
  negotiationEnding,
  OPERATION_STATES,
  ratedLine,
  stationId,
  stationRecordDocument,
  tariffView,
  taxLine,
  TRACE_STEPS,
  utilitySlug,
  uuid,
} from '@roamgrid/contracts';
import { z } from 'zod';

/**
 * What the API answers, for readers and for the OpenAPI document. Objects are open: a service may
 * add members to its view before this page knows them.
 */

const documentOf = (document: z.ZodType) => ({
  document,
  documentHash: hashHex,
  signature: z.string().describe('detached JWS over the canonical form of `document`'),
});
const signatures = z.array(z.strictObject({ utility: utilitySlug, signature: z.string() }));
const money = z.strictObject({ currency: currencyCode, amount: decimalString });

/** A list's answer. */
export function pageOf(item: z.ZodType) {
  return z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() });
}

export const sessionAnswer = z
  .looseObject({
    sessionId: uuid,
    state: z.enum([
      'quoted',
      'consented',
      'charging',
      'idle',
      'ended',
      'rated',
      'held',
      'suspense',
      'refused',
      'declined',
      'expired',
      'written_off',
    ]),
    stationId: stationId.nullable(),
    connectorId: z.int().nullable(),
    cinMasked: z.string().nullable(),
    homeUtility: utilitySlug.nullable(),
    visitedUtility: utilitySlug.nullable(),
    authorizedBy: z.enum(['home', 'visitingProfile', 'offlineRule']).nullable(),
    homeCalls: z.int().nullable(),
    agreedTariff: z.looseObject({ id: identifier, version: z.int(), hash: hashHex }).nullable(),
    quote: z.looseObject({}).nullable(),
    consent: z
      .looseObject({ at: instantString, channel: z.string(), quoteHash: hashHex })
      .nullable(),
    meter: z
      .looseObject({ startWh: decimalString.nullable(), stopWh: decimalString.nullable() })
      .nullable(),
    flags: z.array(z.string()),
    negotiationId: identifier.nullable(),
    cdrId: uuid.nullable(),
    invoiceId: uuid.nullable(),
    billId: uuid.nullable(),
  })
  .meta({ id: 'Session' });

export const traceAnswer = z.strictObject({
  items: z.array(
    z
      .strictObject({
        at: instantString,
        step: z.enum(TRACE_STEPS),
        from: z.string(),
        to: z.string(),
        durationMs: z.int(),
        documentHash: hashHex.optional(),
        detail: z.string().optional(),
      })
      .meta({ id: 'TraceStep' }),
  ),
});

export const cdrAnswer = z
  .looseObject({
    cdrId: uuid,
    state: z.string(),
    ...documentOf(cdrDocument),
    retail: z
      .looseObject({
        currency: currencyCode,
        lines: z.array(ratedLine),
        taxes: z.array(taxLine),
        totalExclTax: decimalString,
        tax: decimalString,
        totalInclTax: decimalString,
      })
      .optional()
      .describe('seen by the home utility only'),
    shares: z
      .strictObject({
        provider: z.string(),
        commission: decimalString,
        providerShare: decimalString,
        own: decimalString,
      })
      .optional()
      .describe('splits of the wholesale amount without tax; seen by the visited utility only'),
    invoiceId: uuid.nullable(),
    billId: uuid.nullable(),
    flags: z.array(z.string()),
  })
  .meta({ id: 'Cdr' });

export const tariffAnswer = z.looseObject(tariffView.shape).meta({ id: 'Tariff' });
export const tariffWithVersions = z
  .looseObject({
    ...tariffView.shape,
    versions: z.array(
      tariffView.pick({ version: true, state: true, publishedAt: true, documentHash: true }),
    ),
  })
  .meta({ id: 'TariffWithVersions' });

export const agreementAnswer = z
  .looseObject({
    ...agreementView.shape,
    signatures,
    availableActions: z.array(z.string()).optional().describe('what this utility may do next'),
  })
  .meta({ id: 'Agreement' });

export const negotiationAnswer = z
  .looseObject({ negotiationId: identifier, ending: negotiationEnding.optional() })
  .describe('offers in order, the outcome, why it ended and both signatures')
  .meta({ id: 'Negotiation' });

export const mandateAnswer = z
  .looseObject({
    mandateId: identifier,
    state: z.enum(['active', 'revoked', 'expired', 'used_up']),
    document: mandateDocument.optional(),
  })
  .meta({ id: 'Mandate' });

export const consumerAnswer = z
  .looseObject({
    consumerId: identifier,
    cinMasked: z.string(),
    state: z.enum(['active', 'blocked']),
    hasPin: z.boolean(),
    contractId: z.string().nullable(),
    cardUids: z.int().describe('how many cards'),
    ...consumerSettings.shape,
    createdAt: instantString,
    driverContract: consumerView.shape.driverContract,
    balance: money.optional().describe('of a prepaid consumer'),
  })
  .meta({ id: 'Consumer' });

export const invoiceAnswer = z
  .looseObject({
    invoiceId: uuid,
    direction: z.enum(['issued', 'received']),
    partner: utilitySlug,
    state: invoiceView.shape.state,
    ...documentOf(invoiceDocument),
    disputed: decimalString,
    undisputed: decimalString.describe('stays due on the due date'),
    ledger: z.looseObject({
      state: z.enum(['pending', 'posted', 'unknown', 'refused']),
      businessKey: z.string(),
      txId: z.string().optional(),
      blockNumber: z.string().optional(),
    }),
    availableActions: invoiceView.shape.availableActions,
  })
  .meta({ id: 'Invoice' });

export const invoiceLinePage = pageOf(invoiceLine);

export const creditAnswer = z
  .looseObject({
    creditNote: z.looseObject(documentOf(creditNoteDocument)),
    invoice: invoiceAnswer.optional(),
  })
  .meta({ id: 'Credit' });

export const billAnswer = z
  .looseObject({ billId: uuid, ...documentOf(billDocument) })
  .meta({ id: 'Bill' });

export const stationAnswer = z
  .looseObject({ stationId, ...documentOf(stationRecordDocument) })
  .meta({ id: 'Station' });
export const newStationAnswer = z
  .looseObject({
    stationId,
    password: z.string().describe('128 bits, base64url; shown this once'),
    ...documentOf(stationRecordDocument),
  })
  .meta({ id: 'NewStation' });

export const wireMessage = z
  .strictObject({
    at: instantString,
    direction: z.enum(['in', 'out']),
    messageId: z.string().optional(),
    action: z.string().optional(),
    raw: z.string(),
  })
  .meta({ id: 'WireMessage' });

export const suspenseAnswer = z
  .looseObject({
    suspenseId: identifier,
    at: instantString,
    stationId: stationId.nullable(),
    sessionId: uuid.nullable(),
    code: z.string(),
    detail: z.string(),
    energyKwh: decimalString.optional().describe('energy that the item sets aside'),
    state: z.string(),
  })
  .meta({ id: 'Suspense' });

export const balanceAnswer = z
  .strictObject({
    partner: utilitySlug,
    currency: currencyCode,
    owed: decimalString,
    owing: decimalString,
    net: decimalString,
  })
  .meta({ id: 'Balance' });

export const ledgerAnswer = z
  .looseObject({
    businessKey: identifier,
    kind: z.string(),
    documentHash: hashHex,
    txId: z.string(),
    blockNumber: z.string(),
    committedAt: instantString,
  })
  .meta({ id: 'LedgerRecord' });

export const proofAnswer = z
  .strictObject({ index: z.int(), size: z.int(), path: z.array(hashHex) })
  .meta({ id: 'MerkleProof' });

export const auditAnswer = z
  .looseObject({
    auditId: uuid,
    state: z.enum(['running', 'done', 'failed']),
    checked: z.record(z.string(), z.int()).optional(),
    breaches: z
      .array(z.strictObject({ invariant: z.string(), subject: z.string(), detail: z.string() }))
      .optional(),
    detail: z.string().optional().describe('why it failed'),
  })
  .meta({ id: 'Audit' });

export const problemAnswer = z
  .strictObject({
    type: z.string().describe('`urn:roamgrid:error:<code>`'),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    traceId: z.string(),
    errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });

export const operationAnswer = z.looseObject({
  operationId: uuid,
  stationId,
  action: z.string(),
  state: z.enum(OPERATION_STATES),
  askedBy: z.string(),
  at: instantString,
  endedAt: instantString.optional(),
  payload: z.looseObject({}).describe('secrets masked'),
  answer: z.looseObject({}).optional().describe("the station's answer"),
  error: z.strictObject({ code: z.string(), description: z.string() }).optional(),
  sessionId: uuid.optional().describe('of a remote start or stop'),
  reason: z.string().optional().describe('why the driver of a remote start may not charge'),
});
