import { RoamgridError } from '@roamgrid/kernel';
import type { Portal } from '../ports.js';

/** @throws RoamgridError `unprocessable` where the partner is not another utility of the consortium */
export function requirePartner(portal: Portal, partner: string): void {
  const isPartner =
    partner !== portal.utility &&
    portal.registry.utilities.some((entry) => entry.utility === partner);
  if (isPartner) return;
  throw new RoamgridError('unprocessable', 'no such partner', [
    { path: 'partner', message: 'not another utility of the consortium' },
  ]);
}
