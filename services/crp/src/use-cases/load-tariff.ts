import { RoamgridError } from '@roamgrid/kernel';
import { parseTariff, readTariffDocument, type TariffDocument } from '@roamgrid/tariff';
import { hashOf } from '../decisions/hash-of.js';
import type { CrpParts } from './parts.js';

export type LoadTariffParts = Pick<CrpParts, 'utility' | 'tariffs' | 'partnerTariffs' | 'partners'>;

async function askPartner(
  parts: LoadTariffParts,
  partner: string,
  hash: string,
): Promise<TariffDocument | null> {
  const answer = await parts.partners.readPublishedTariff(partner, hash);
  if (answer === null) return null;
  const document = readTariffDocument(answer);
  parseTariff(document);
  if (hashOf(document) !== hash) {
    throw new RoamgridError('signature_invalid', 'the hash does not fit the tariff');
  }
  await parts.partnerTariffs.keep(hash, document);
  return document;
}

/**
 * The published wholesale tariff behind a hash, of this utility or of a partner; a partner's is asked for
 * once and kept, since it never changes.
 *
 * @returns null where its owner has published no such tariff
 * @throws RoamgridError `peer_unreachable`, `invalid_tariff`, `signature_invalid`
 */
export async function loadTariff(
  parts: LoadTariffParts,
  owner: string,
  hash: string,
): Promise<TariffDocument | null> {
  if (owner === parts.utility) {
    const view = await parts.tariffs.publishedWholesale(hash);
    return view?.document ?? null;
  }
  return (await parts.partnerTariffs.find(hash)) ?? askPartner(parts, owner, hash);
}
