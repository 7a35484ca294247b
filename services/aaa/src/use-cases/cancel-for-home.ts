import type { cancelReservationForHome, RequestOf, Reservation } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { cancellingIn } from '../reservation-states.js';
import { commandStationWith, type CommandParts } from './command-station.js';
import { askedBy, findReservation, viewOf } from './reserve-for-home.js';

/**
 * Home cancels what it asked for: the station is called with CancelReservation, once, however often home asks. A
 * station that could not be reached leaves the reservation as it was, and may be asked again.
 *
 * @throws RoamgridError `not_found`, also for what another utility asked for; `state_conflict` before the station
 *   has answered, and once the driver has come
 */
export function cancelReservationForHomeWith(parts: CommandParts) {
  return async ({
    homeUtility,
    reservationId,
  }: RequestOf<typeof cancelReservationForHome>): Promise<Reservation> => {
    const found = await findReservation(parts, homeUtility, reservationId);
    const { state } = found;
    switch (cancellingIn(state)) {
      case 'asItStands':
        return viewOf(parts, found);
      case 'conflict':
        throw new RoamgridError('state_conflict', `the reservation is ${state}`);
      case 'call':
        break;
    }
    const operationId = parts.ids.uuid();
    const { stationId } = found.facts.operation;
    // of two who ask at once, one calls the station
    const isMine = await parts.reservations.claimCancellation(
      reservationId,
      operationId,
      found.cancelledBy,
    );
    if (isMine) {
      const payload = JSON.stringify({ reservationId: found.number });
      const by = askedBy(homeUtility);
      const call = { stationId, action: 'CancelReservation', payload, by };
      await commandStationWith(parts)(call, { operationId });
    }
    return viewOf(parts, await findReservation(parts, homeUtility, reservationId));
  };
}
