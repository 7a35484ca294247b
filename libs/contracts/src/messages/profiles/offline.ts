import { z } from 'zod';
import { defineContract } from '../../contract.js';
import { signedAgreedTariff } from '../../documents/agreed-tariff.js';
import { signedMandate } from '../../documents/mandate.js';
import { signedRetailTariff } from '../../documents/retail-tariff.js';
import {
  decimalString,
  identifier,
  identity,
  medium,
  refusalReason,
  stationClass,
  tier,
  utilitySlug,
} from '../../values.js';

/** Home did not answer: what it signed in advance decides, inside the agreement's off-line rule. */
export const authorizeOffline = defineContract({
  kind: 'command',
  service: 'profiles',
  name: 'authorizeOffline',
  version: 1,
  summary: 'Home is silent: visited asks for a mandate under the off-line rule of the agreement.',
  senders: ['aaa'],
  scope: 'own',
  request: z.strictObject({
    identity,
    homeUtility: utilitySlug,
    medium,
    stationClass,
    /** what the driver has used, or holds, of the rule's window: the mandate is for the rest */
    used: z.strictObject({ energyKwh: decimalString, amount: decimalString }),
  }),
  reply: z.discriminatedUnion('decision', [
    z.strictObject({
      decision: z.literal('granted'),
      mandate: signedMandate,
      agreedTariff: signedAgreedTariff,
    }),
    z.strictObject({ decision: z.literal('refused'), reason: refusalReason }),
  ]),
});

/** Fetched ahead, so that a price is known when home is silent; one answer for all drivers of a plan. */
export const readRetailTariff = defineContract({
  kind: 'command',
  service: 'profiles',
  name: 'readRetailTariff',
  version: 1,
  summary: 'Visited fetches ahead what drivers of a plan and tier pay under an agreed tariff.',
  senders: ['profiles'],
  scope: 'partner',
  request: z.strictObject({
    visitedUtility: utilitySlug,
    agreedTariff: signedAgreedTariff,
    planId: identifier,
    tier,
  }),
  /** null where home has no such price */
  reply: z.strictObject({ retailTariff: signedRetailTariff.nullable() }),
});
