import { RoamgridError } from '@roamgrid/kernel';
import type { StoredTariff } from '../ports.js';
import type { CrpParts } from './parts.js';

/** @throws RoamgridError `not_found`, `immutable` where it is published, `state_conflict` where withdrawn */
export async function findDraft(
  parts: Pick<CrpParts, 'tariffs'>,
  { tariffId, version }: { readonly tariffId: string; readonly version: number },
): Promise<StoredTariff> {
  const found = await parts.tariffs.find(tariffId, version);
  if (found === null) throw new RoamgridError('not_found', 'no such tariff version');
  switch (found.view.state) {
    case 'draft':
      return found;
    case 'published':
      throw new RoamgridError('immutable', 'it is published already');
    case 'withdrawn':
      throw new RoamgridError('state_conflict', 'it was withdrawn');
  }
}
