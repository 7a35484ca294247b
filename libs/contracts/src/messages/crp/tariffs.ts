import { tariffSchema } from '@roamgrid/tariff';
import { z } from 'zod';
import { defineContract } from '../../contract.js';
import { agreementDocument, signedAgreement } from '../../documents/agreement.js';
import {
  customerClass,
  hashHex,
  identifier,
  instantString,
  stationClass,
  utilitySlug,
} from '../../values.js';

/** A tariff version of a store; `published` never changes. */
export const tariffView = z.strictObject({
  tariffId: identifier,
  version: z.int().min(1),
  state: z.enum(['draft', 'published']),
  customerClass,
  stationClass,
  purpose: z.enum(['wholesale', 'domestic', 'plan']),
  author: z.string(),
  publisher: z.string().nullable(),
  publishedAt: instantString.nullable(),
  documentHash: hashHex,
  document: tariffSchema,
});
export type TariffView = z.infer<typeof tariffView>;

export const draftTariff = defineContract({
  kind: 'command',
  service: 'crp',
  name: 'draftTariff',
  version: 1,
  summary: 'Adds a tariff or a new version of one, as a draft.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({
    tariffId: identifier.nullable(),
    customerClass,
    stationClass,
    purpose: z.enum(['wholesale', 'domestic', 'plan']),
    document: tariffSchema,
    author: z.string(),
  }),
  reply: tariffView,
});

export const publishTariff = defineContract({
  kind: 'command',
  service: 'crp',
  name: 'publishTariff',
  version: 1,
  summary: 'Publishes a draft; another person than the author.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ tariffId: identifier, version: z.int().min(1), publisher: z.string() }),
  reply: tariffView,
});

/** Signs an agreement as the proposing party and asks the partner's CRP to sign it too. */
export const proposeAgreement = defineContract({
  kind: 'command',
  service: 'crp',
  name: 'proposeAgreement',
  version: 1,
  summary: 'Proposes an agreement to a partner; in force when both have signed.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ document: agreementDocument, by: z.string() }),
  reply: signedAgreement,
});

export const cosignAgreement = defineContract({
  kind: 'command',
  service: 'crp',
  name: 'cosignAgreement',
  version: 1,
  summary: "A partner's CRP asks for our signature under an agreement.",
  senders: ['crp'],
  scope: 'partner',
  request: z.strictObject({ proposer: utilitySlug, agreement: signedAgreement }),
  reply: z.strictObject({ signature: z.string() }),
});
