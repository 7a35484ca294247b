import { z } from 'zod';
import { defineContract } from '../../contract.js';
import { signedAgreedTariff } from '../../documents/agreed-tariff.js';
import { contractAcceptance, contractReference } from '../../documents/driver-contract.js';
import { oneSessionMandates, signedMandate } from '../../documents/mandate.js';
import {
  assurance,
  currencyCode,
  customerClass,
  decimalString,
  drainRequest,
  hashHex,
  identifier,
  identity,
  instantString,
  medium,
  nothing,
  paymentMethod,
  paymentMode,
  refusalReason,
  stationId,
  tier,
  utilitySlug,
  uuid,
} from '../../values.js';

/** Checks credentials, state and limits of one of this utility's consumers. */
export const authenticateConsumer = defineContract({
  kind: 'command',
  service: 'profiles',
  name: 'authenticateConsumer',
  version: 1,
  summary: 'Home looks up its consumer: credentials, state, limits, pseudonym for the partner.',
  senders: ['aaa'],
  scope: 'own',
  request: z.strictObject({
    identity,
    medium,
    assurance,
    pin: z.string().nullable(),
    stationId,
    visitedUtility: utilitySlug,
  }),
  reply: z.discriminatedUnion('decision', [
    z.strictObject({
      decision: z.literal('accepted'),
      consumerId: identifier,
      pseudonym: identifier,
      customerClass,
      assurance,
      maxConcurrentSessions: z.int().min(1),
    }),
    z.strictObject({ decision: z.literal('refused'), reason: refusalReason }),
  ]),
});

/** Issues a signed mandate; a prepaid one reserves its cap at home's settlement first. */
export const issueMandate = defineContract({
  kind: 'command',
  service: 'profiles',
  name: 'issueMandate',
  version: 1,
  summary: 'Home signs a mandate for its consumer at a visited utility.',
  senders: ['aaa'],
  scope: 'own',
  request: z.strictObject({
    sessionId: uuid,
    pseudonym: identifier,
    visitedUtility: utilitySlug,
    assurance,
    agreedTariff: signedAgreedTariff,
    held: oneSessionMandates,
  }),
  reply: z.discriminatedUnion('decision', [
    z.strictObject({ decision: z.literal('issued'), mandate: signedMandate }),
    z.strictObject({ decision: z.literal('refused'), reason: refusalReason }),
  ]),
});

/** A consumer by pseudonym, for home's own settlement: whom to bill, under which contract. */
export const resolvePseudonym = defineContract({
  kind: 'command',
  service: 'profiles',
  name: 'resolvePseudonym',
  version: 1,
  summary: "Home's settlement asks whose pseudonym this is.",
  senders: ['settlement'],
  scope: 'own',
  request: z.strictObject({
    pseudonym: identifier,
    visitedUtility: utilitySlug,
    /** the mandate of the charge that is asked for */
    mandateId: identifier.optional(),
    /** the entry of the token directory that the charge stands on, where home was silent */
    directoryEntry: z.strictObject({ tokenHash: hashHex, number: z.int().min(1) }).optional(),
    /** when the driver consented: the contract in force then is told, where the mandate names none */
    at: instantString.optional(),
  }),
  reply: z.strictObject({
    consumer: z
      .strictObject({
        consumerId: identifier,
        cinMasked: z.string(),
        paymentMode,
        paymentMethod: paymentMethod.optional(),
        currency: currencyCode,
        /** when home revoked that mandate, or ended that entry; null where it did not */
        revokedAt: instantString.nullable().optional(),
        /** under which version of the driver's contract the charge is billed */
        driverContract: contractReference.nullable().optional(),
      })
      .nullable(),
  }),
});

/** What billing staff may set of a consumer. */
export const consumerSettings = z.strictObject({
  customerClass,
  planId: identifier,
  tier,
  paymentMode,
  /** what `debit` and `creditCard` are charged to */
  paymentMethod: paymentMethod.optional(),
  currency: currencyCode,
  /** energy and money that all open mandates of this consumer may add up to */
  limitEnergyKwh: decimalString,
  limitAmount: decimalString,
  maxConcurrentSessions: z.int().min(1).max(100),
  preAgreedPrice: z.boolean(),
  /** whether the contract covers charging at other utilities; it does unless it says no */
  roaming: z.boolean().optional(),
  /** whether home reserves connectors for this consumer; it does unless the contract says no */
  reservations: z.boolean().optional(),
});

export const consumerView = z.strictObject({
  consumerId: identifier,
  cinMasked: z.string(),
  state: z.enum(['active', 'blocked']),
  hasPin: z.boolean(),
  contractId: z.string().nullable(),
  cardUids: z.int().min(0),
  settings: consumerSettings,
  createdAt: instantString,
  /** the latest contract; `hash` is the version's that is in force, null once it has ended */
  driverContract: z
    .strictObject({
      driverContractId: contractReference.shape.driverContractId,
      version: contractReference.shape.version,
      hash: hashHex.nullable(),
    })
    .nullable()
    .optional(),
});
export type ConsumerView = z.infer<typeof consumerView>;

export const createConsumer = defineContract({
  kind: 'command',
  service: 'profiles',
  name: 'createConsumer',
  version: 1,
  summary: 'Adds a consumer to the HCP.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({
    cin: z.string(),
    pin: z
      .string()
      .regex(/^\d{4,12}$/)
      .nullable(),
    contractId: z.string().nullable(),
    cardUids: z.array(z.string().regex(/^[0-9A-F]{8,20}$/)).max(10),
    settings: consumerSettings,
    state: z.enum(['active', 'blocked']),
    /** opening balance of a prepaid consumer */
    balance: decimalString.nullable(),
    /** of the terms of the first contract */
    acceptance: contractAcceptance.nullable().optional(),
  }),
  reply: consumerView,
});

export const updateConsumer = defineContract({
  kind: 'command',
  service: 'profiles',
  name: 'updateConsumer',
  version: 1,
  summary:
    'Changes a consumer, which makes a version of the contract; blocks and unblocks; mandates end.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({
    consumerId: identifier,
    settings: consumerSettings.partial(),
    state: z.enum(['active', 'blocked']).nullable(),
    /** of the terms of the version that the change makes */
    acceptance: contractAcceptance.nullable().optional(),
  }),
  reply: consumerView,
});

export const findConsumer = defineContract({
  kind: 'command',
  service: 'profiles',
  name: 'findConsumer',
  version: 1,
  summary: 'Finds a consumer by CIN; the CIN stands in the body, never in a URL.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ cin: z.string() }),
  reply: z.strictObject({ consumer: consumerView.nullable() }),
});

export const drainProfiles = defineContract({
  kind: 'command',
  service: 'profiles',
  name: 'drain',
  version: 1,
  summary: 'Delivers what the outbox holds.',
  senders: ['portal'],
  scope: 'own',
  request: drainRequest,
  reply: nothing,
});
