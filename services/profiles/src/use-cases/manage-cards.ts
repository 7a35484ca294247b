import type {
  addCard,
  CardView,
  changeCard,
  findCard,
  listCards,
  ReplyOf,
  RequestOf,
} from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { CredentialStore } from '../directory-ports.js';
import type { ConsumerStore } from '../ports.js';

export interface ManageCardsParts {
  readonly consumers: ConsumerStore;
  readonly credentials: CredentialStore;
  /** tells partners now what would be told them a moment later anyway */
  readonly tellPartners: () => void;
}

async function requireConsumer(parts: ManageCardsParts, consumerId: string): Promise<void> {
  if ((await parts.consumers.read(consumerId)) === null) {
    throw new RoamgridError('not_found', 'no such consumer');
  }
}

export function listCardsWith(parts: ManageCardsParts) {
  return async ({ consumerId }: RequestOf<typeof listCards>): Promise<{ items: CardView[] }> => {
    await requireConsumer(parts, consumerId);
    return { items: await parts.credentials.cardsOf(consumerId) };
  };
}

/** @throws RoamgridError `not_found` for a consumer that is not there: its card is none either */
export function findCardWith(parts: ManageCardsParts) {
  return async ({
    consumerId,
    number,
  }: RequestOf<typeof findCard>): Promise<ReplyOf<typeof findCard>> => {
    await requireConsumer(parts, consumerId);
    return { found: await parts.credentials.findCard(number) };
  };
}

/** @throws RoamgridError `not_found`; `state_conflict` when the number is somebody's already */
export function addCardWith(parts: ManageCardsParts) {
  return async ({ consumerId, kind, number }: RequestOf<typeof addCard>): Promise<CardView> => {
    await requireConsumer(parts, consumerId);
    const card = await parts.credentials.addCard(consumerId, kind, number);
    parts.tellPartners();
    return card;
  };
}

/** A lost card is blocked here and at every partner; CIN, contract and other cards go on. */
export function changeCardWith(parts: ManageCardsParts) {
  return async (request: RequestOf<typeof changeCard>): Promise<CardView> => {
    const { consumerId, cardId, state } = request;
    const card = await parts.credentials.changeCard(consumerId, cardId, state);
    if (card === null) throw new RoamgridError('not_found', 'no such card');
    parts.tellPartners();
    return card;
  };
}
