import { z } from 'zod';
import { defineContract } from '../../contract.js';
import { signedDirectoryEntry, signedDirectoryState } from '../../documents/directory-entry.js';
import { hashHex, identifier, identity, nothing, utilitySlug } from '../../values.js';

/** A page of a home's token directory with the key that its hashes are made with. */
export const directoryPage = z.strictObject({
  homeUtility: utilitySlug,
  /** made by home for this visited utility alone */
  key: hashHex,
  entries: z.array(signedDirectoryEntry).max(200),
  /** home vouches for what it has published up to its number */
  state: signedDirectoryState.optional(),
});
export type DirectoryPage = z.infer<typeof directoryPage>;

export const receiveDirectory = defineContract({
  kind: 'event',
  service: 'profiles',
  name: 'receiveDirectory',
  version: 1,
  summary: 'Home pushes new and changed entries of its token directory.',
  senders: ['profiles'],
  scope: 'partner',
  request: directoryPage,
  reply: nothing,
});

export const readDirectory = defineContract({
  kind: 'command',
  service: 'profiles',
  name: 'readDirectory',
  version: 1,
  summary: 'Visited asks home for the directory entries after a number, so that none is missed.',
  senders: ['profiles'],
  scope: 'partner',
  request: z.strictObject({
    visitedUtility: utilitySlug,
    after: z.int().min(0),
    limit: z.int().min(1).max(200),
  }),
  reply: directoryPage,
});

/** A card's number names no utility: whose is it, and is it blocked? */
export const findToken = defineContract({
  kind: 'command',
  service: 'profiles',
  name: 'findToken',
  version: 1,
  summary: 'Visited looks a card up in the token directories of its partners.',
  senders: ['aaa'],
  scope: 'own',
  request: z.strictObject({ identity }),
  reply: z.strictObject({
    token: z
      .strictObject({ homeUtility: utilitySlug, state: z.enum(['active', 'blocked']) })
      .nullable(),
  }),
});

/** UIDs have 4, 7 or 10 bytes; a loyalty number is read where a UID is, so it has as many digits. */
export const cardNumber = z.string().regex(/^(?:[0-9A-F]{8}|[0-9A-F]{14}|[0-9A-F]{20})$/);

export const cardView = z.strictObject({
  cardId: identifier,
  kind: z.enum(['card', 'loyalty']),
  masked: z.string().describe('the last two characters'),
  state: z.enum(['active', 'blocked']),
});
export type CardView = z.infer<typeof cardView>;

export const listCards = defineContract({
  kind: 'command',
  service: 'profiles',
  name: 'listCards',
  version: 1,
  summary: "A consumer's cards and loyalty numbers.",
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ consumerId: identifier }),
  reply: z.strictObject({ items: z.array(cardView) }),
});

export const addCard = defineContract({
  kind: 'command',
  service: 'profiles',
  name: 'addCard',
  version: 1,
  summary: 'Gives a consumer a card, or a loyalty number as an alias.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({
    consumerId: identifier,
    kind: cardView.shape.kind,
    number: cardNumber,
  }),
  reply: cardView,
});

export const findCard = defineContract({
  kind: 'command',
  service: 'profiles',
  name: 'findCard',
  version: 1,
  summary: 'Whose card or loyalty number this is; an import asks before it adds.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ consumerId: identifier, number: cardNumber }),
  reply: z.strictObject({
    found: z.strictObject({ consumerId: identifier, card: cardView }).nullable(),
  }),
});

export const changeCard = defineContract({
  kind: 'command',
  service: 'profiles',
  name: 'changeCard',
  version: 1,
  summary: 'Blocks a lost card, or unblocks it; its consumer is not blocked.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({
    consumerId: identifier,
    cardId: identifier,
    state: cardView.shape.state,
  }),
  reply: cardView,
});
