import { z } from 'zod';
import { defineContract } from '../../contract.js';
import {
  signedAgreedTariff,
  agreedTariffDocument,
  scheduleBand,
} from '../../documents/agreed-tariff.js';
import { signedAgreement } from '../../documents/agreement.js';
import { signedLoadSignal } from '../../documents/load-signal.js';
import { signedRetailTariff } from '../../documents/retail-tariff.js';
import {
  customerClass,
  drainRequest,
  hashHex,
  identifier,
  nothing,
  stationClass,
  tier,
  utilitySlug,
} from '../../values.js';

/** The price between two utilities for a class; negotiated, kept until its notAfter. */
export const agreeTariff = defineContract({
  kind: 'command',
  service: 'crp',
  name: 'agreeTariff',
  version: 1,
  summary: 'Visited AAA asks its CRP for the agreed tariff with a home utility.',
  senders: ['aaa'],
  scope: 'own',
  request: z.strictObject({ homeUtility: utilitySlug, customerClass, stationClass }),
  reply: z.discriminatedUnion('decision', [
    z.strictObject({
      decision: z.literal('agreed'),
      agreedTariff: signedAgreedTariff,
      /** messages this call sent to the home utility; 0 when the tariff was kept */
      messagesToHome: z.int().min(0),
    }),
    z.strictObject({
      decision: z.literal('refused'),
      reason: z.enum([
        'no_agreement',
        'tariff_unavailable',
        'negotiation_failed',
        'home_unreachable',
      ]),
      messagesToHome: z.int().min(0),
    }),
  ]),
});

/** One move of the negotiation: a schedule of energy prices, or acceptance, or walking away. */
export const negotiationMove = z.discriminatedUnion('move', [
  z.strictObject({ move: z.literal('offer'), schedule: z.array(scheduleBand) }),
  z.strictObject({ move: z.literal('accept') }),
  z.strictObject({ move: z.literal('walkAway'), reason: z.string().max(80) }),
]);
export type NegotiationMove = z.infer<typeof negotiationMove>;

export const answerOffer = defineContract({
  kind: 'command',
  service: 'crp',
  name: 'answerOffer',
  version: 1,
  summary: "Visited's CRP makes an offer; home's CRP accepts, counters or walks away.",
  senders: ['crp'],
  scope: 'partner',
  request: z.strictObject({
    negotiationId: identifier,
    visitedUtility: utilitySlug,
    agreementHash: hashHex,
    customerClass,
    stationClass,
    round: z.int().min(1),
    /** all moves so far, visited first; home checks them against its own record */
    transcript: z.array(negotiationMove),
  }),
  reply: z.strictObject({ move: negotiationMove }),
});

/** Home signs the outcome after it has rebuilt it from the transcript. */
export const cosignAgreedTariff = defineContract({
  kind: 'command',
  service: 'crp',
  name: 'cosignAgreedTariff',
  version: 1,
  summary: "Visited's CRP asks home's CRP to sign the outcome.",
  senders: ['crp'],
  scope: 'partner',
  request: z.strictObject({
    visitedUtility: utilitySlug,
    document: agreedTariffDocument,
    signature: z.string(),
    /** the wholesale tariff whose energy prices were bargained, as the agreement names it */
    baseTariffHash: hashHex,
    /** what the document cites */
    loadSignals: z.array(signedLoadSignal).max(64).default([]),
  }),
  reply: z.strictObject({ signature: z.string() }),
});

/** Home makes what its driver pays out of the agreed tariff and the driver's plan. */
export const makeRetailTariff = defineContract({
  kind: 'command',
  service: 'crp',
  name: 'makeRetailTariff',
  version: 1,
  summary: "Home's CRP signs a retail tariff for a plan and tier under an agreed tariff.",
  senders: ['profiles'],
  scope: 'own',
  request: z.strictObject({ agreedTariff: signedAgreedTariff, planId: identifier, tier }),
  reply: z.discriminatedUnion('decision', [
    z.strictObject({ decision: z.literal('made'), retailTariff: signedRetailTariff }),
    z.strictObject({ decision: z.literal('refused'), reason: z.enum(['tariff_unavailable']) }),
  ]),
});

/**
 * The agreement in force with a partner, signed by both; null where there is none. By `hash` the one that a
 * charge was made under, whatever has become of it since.
 */
export const readAgreement = defineContract({
  kind: 'command',
  service: 'crp',
  name: 'readAgreement',
  version: 1,
  summary: 'A service of this utility reads the agreement with a partner.',
  senders: ['aaa', 'profiles', 'settlement'],
  scope: 'own',
  request: z.strictObject({ partner: utilitySlug, hash: hashHex.optional() }),
  reply: z.strictObject({ agreement: signedAgreement.nullable() }),
});

/** The newest version of a plan by its hash (RFC 8785, SHA-256), as a driver's contract names it. */
export const readPlan = defineContract({
  kind: 'command',
  service: 'crp',
  name: 'readPlan',
  version: 1,
  summary: "The version of a plan that a driver's contract names, and whether there is one.",
  senders: ['profiles', 'portal'],
  scope: 'own',
  request: z.strictObject({ planId: identifier }),
  reply: z.strictObject({
    plan: z.strictObject({ version: z.int().min(1), hash: hashHex }).nullable(),
  }),
});

/** A partner's CRP reads a published tariff that an agreement names. */
export const readPublishedTariff = defineContract({
  kind: 'command',
  service: 'crp',
  name: 'readPublishedTariff',
  version: 1,
  summary: "A partner's CRP reads a published tariff by its hash.",
  senders: ['crp'],
  scope: 'partner',
  request: z.strictObject({ hash: hashHex }),
  reply: z.strictObject({ tariff: z.json().nullable() }),
});

export const drainCrp = defineContract({
  kind: 'command',
  service: 'crp',
  name: 'drain',
  version: 1,
  summary: 'Delivers what the outbox holds.',
  senders: ['portal'],
  scope: 'own',
  request: drainRequest,
  reply: nothing,
});
