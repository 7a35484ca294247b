import { tariffSchema } from '@roamgrid/tariff';
import { z } from 'zod';
import { defineContract } from '../../contract.js';
import { customerClass, hashHex, identifier, instantString, stationClass } from '../../values.js';

/** A tariff version of a store; `published` never changes, `withdrawn` was a draft that came to nothing. */
export const tariffView = z.strictObject({
  tariffId: identifier,
  version: z.int().min(1),
  state: z.enum(['draft', 'published', 'withdrawn']),
  customerClass,
  stationClass,
  purpose: z.enum(['wholesale', 'domestic', 'plan']),
  author: z.string(),
  /** who changed the draft after its author */
  editors: z.array(z.string()),
  publisher: z.string().nullable(),
  publishedAt: instantString.nullable(),
  documentHash: hashHex,
  document: tariffSchema,
});
export type TariffView = z.infer<typeof tariffView>;

/** What two people who change the same version at once are told apart by. */
export function tariffRevision({
  version,
  state,
  documentHash,
}: Pick<TariffView, 'version' | 'state' | 'documentHash'>): string {
  return `${String(version)}-${state}-${documentHash}`;
}

/** Revisions that the caller has read, any one of which must still hold; `*` for whatever there is. */
export const readRevisions = z.array(z.string().max(120)).max(10);

const versionOfTariff = { tariffId: identifier, version: z.int().min(1) };

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
    /** of the newest version, where the caller has read it */
    revisions: readRevisions.nullable().default(null),
    /** says what would become of it, and keeps nothing */
    dryRun: z.boolean().default(false),
  }),
  reply: tariffView,
});

export const editTariff = defineContract({
  kind: 'command',
  service: 'crp',
  name: 'editTariff',
  version: 1,
  summary: 'Changes a draft; a published version never changes.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({
    ...versionOfTariff,
    document: tariffSchema,
    editor: z.string(),
    revisions: readRevisions.nullable(),
  }),
  reply: tariffView,
});

export const withdrawTariff = defineContract({
  kind: 'command',
  service: 'crp',
  name: 'withdrawTariff',
  version: 1,
  summary: 'Withdraws a draft; its number is not used again.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ ...versionOfTariff, revisions: readRevisions.nullable() }),
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
  request: z.strictObject({
    ...versionOfTariff,
    publisher: z.string(),
    /** what the publisher has read */
    revisions: readRevisions.nullable().default(null),
  }),
  reply: tariffView,
});
