import { askReservation, findConsumer, type Reservation } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { Portal } from '../ports.js';
import { requirePartner } from './require-partner.js';

interface Wish {
  readonly visitedUtility: string;
  readonly stationId: string;
  readonly connectorId?: number | undefined;
  readonly cin: string;
  readonly until: string;
}

/**
 * Home asks for its own consumer only, with the tier of the consumer's contract.
 *
 * @throws RoamgridError `not_found` for nobody of ours or no partner; `state_conflict` for a consumer who is
 *   blocked or whose contract does not cover it; or
 *   what the visited utility refuses with
 */
export async function askForReservation(
  portal: Portal,
  { cin, connectorId, ...wish }: Wish,
): Promise<Reservation> {
  requirePartner(portal, wish.visitedUtility);
  const { consumer } = await portal.bus.request(findConsumer, portal.utility, { cin });
  if (consumer === null) throw new RoamgridError('not_found', 'no such object');
  if (consumer.state !== 'active') {
    throw new RoamgridError('state_conflict', 'the consumer is blocked');
  }
  if (consumer.driverContract?.hash === null || consumer.settings.reservations === false) {
    throw new RoamgridError('state_conflict', "the consumer's contract has no reservations");
  }
  return portal.bus.request(askReservation, portal.utility, {
    ...wish,
    connectorId: connectorId ?? null,
    identity: { kind: 'cin', value: cin.replaceAll(/[ -]/g, '') },
    tier: consumer.settings.tier,
  });
}
