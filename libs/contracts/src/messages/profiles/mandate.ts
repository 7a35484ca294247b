import { z } from 'zod';
import { defineContract } from '../../contract.js';
import { signedAgreedTariff } from '../../documents/agreed-tariff.js';
import { signedMandate, signedRevocation } from '../../documents/mandate.js';
import {
  assurance,
  hashHex,
  identifier,
  identity,
  instantString,
  medium,
  nothing,
  stationClass,
  utilitySlug,
  uuid,
} from '../../values.js';

/** The visited utility looks in its VCP: does it know this driver already? */
export const findMandate = defineContract({
  kind: 'command',
  service: 'profiles',
  name: 'findMandate',
  version: 1,
  summary: 'Visited looks in its visiting-profile cache for a valid mandate.',
  senders: ['aaa'],
  scope: 'own',
  request: z.strictObject({
    identity,
    homeUtility: utilitySlug,
    medium,
    /** a mandate answers only for the assurance that it was issued for */
    assurance,
    stationClass,
    at: instantString,
    /** the mandate that the asker has a copy of: where it is still the one, no other is sent */
    rememberedHash: hashHex.nullable(),
  }),
  reply: z.strictObject({
    /** the remembered mandate answers still; `entry` is null then */
    isRemembered: z.boolean(),
    entry: z.strictObject({ mandate: signedMandate, agreedTariff: signedAgreedTariff }).nullable(),
  }),
});

export const storeMandate = defineContract({
  kind: 'command',
  service: 'profiles',
  name: 'storeMandate',
  version: 1,
  summary: 'Visited keeps a mandate that home signed.',
  senders: ['aaa'],
  scope: 'own',
  request: z.strictObject({ identity, mandate: signedMandate, agreedTariff: signedAgreedTariff }),
  reply: nothing,
});

/** A mandate has no cap left, or its one session is over. */
export const noteMandateUse = defineContract({
  kind: 'event',
  service: 'profiles',
  name: 'noteMandateUse',
  version: 1,
  summary: 'Visited AAA tells its profiles that a mandate is used up.',
  senders: ['aaa'],
  scope: 'own',
  request: z.strictObject({ mandateId: identifier, state: z.enum(['used_up']), at: instantString }),
  reply: nothing,
});

/** What a charge may still use of a mandate counts against its consumer's limits, whatever ended the mandate. */
export const noteCharge = defineContract({
  kind: 'event',
  service: 'profiles',
  name: 'noteCharge',
  version: 1,
  summary: 'Home AAA tells its profiles that a charge runs under a mandate, or no longer does.',
  senders: ['aaa'],
  scope: 'own',
  request: z.strictObject({
    sessionId: uuid,
    mandateId: identifier,
    state: z.enum(['begun', 'ended']),
    at: instantString,
    /** visited made it while we were silent, so that we never issued it */
    offlineMandate: signedMandate.optional(),
  }),
  reply: nothing,
});

export const revokeMandate = defineContract({
  kind: 'command',
  service: 'profiles',
  name: 'revokeMandate',
  version: 1,
  summary: 'Home withdraws a mandate; the visited side is told by a signed, numbered revocation.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ mandateId: identifier }),
  reply: z.strictObject({ mandateId: identifier, state: identifier }),
});

export const receiveRevocation = defineContract({
  kind: 'event',
  service: 'profiles',
  name: 'receiveRevocation',
  version: 1,
  summary: 'Home revokes a mandate that a partner holds.',
  senders: ['profiles'],
  scope: 'partner',
  request: signedRevocation,
  reply: nothing,
});

/** What a visited utility missed: asked for by number, whether home's message was lost or is still on its way. */
export const readRevocations = defineContract({
  kind: 'command',
  service: 'profiles',
  name: 'readRevocations',
  version: 1,
  summary: 'Visited asks home for the revocations after a number, so that none is missed.',
  senders: ['profiles'],
  scope: 'partner',
  request: z.strictObject({
    visitedUtility: utilitySlug,
    after: z.int().min(0),
    limit: z.int().min(1).max(500),
  }),
  reply: z.strictObject({ items: z.array(signedRevocation) }),
});

/** The latest one holds. Cached mandates of an agreement that rests, or was replaced, open no new session. */
export const noteAgreementStanding = defineContract({
  kind: 'event',
  service: 'profiles',
  name: 'noteAgreementStanding',
  version: 1,
  summary: 'CRP tells profiles from when on an agreement rests, and which version holds.',
  senders: ['crp'],
  scope: 'own',
  request: z.strictObject({
    agreementId: identifier,
    /** suspended, or ended, from then on; null where it does not rest */
    restsFrom: instantString.nullable(),
    /** the newest version that both have signed, and from when on it replaces those before */
    currentHash: hashHex,
    currentFrom: instantString,
  }),
  reply: nothing,
});
