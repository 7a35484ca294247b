import type { readStationCall, ReplyOf } from '@roamgrid/contracts';
import { formatInstant, parseInstant } from '@roamgrid/kernel';
import type { AaaParts } from '../aaa-parts.js';
import {
  TIERS,
  type ConnectorReservation,
  type ReservationStore,
  type StationCaller,
  type Tier,
} from '../command-ports.js';

export interface ReserveParts extends AaaParts {
  readonly reservations: ReservationStore;
  readonly stationCaller: StationCaller;
}

type Asked = NonNullable<ReplyOf<typeof readStationCall>['reservation']>;

/** The reservation that a ReserveNow asks for; null for a token that names nobody. */
export async function readReservation(
  parts: ReserveParts,
  stationId: string,
  { reservationId, connectorId, identity, until }: Asked,
  tier: Tier | null,
): Promise<ConnectorReservation | null> {
  if (identity.outcome !== 'read') return null;
  return {
    stationId,
    reservationId,
    connectorId,
    identityKey: parts.identityKeyOf(identity.identity),
    tier: tier ?? (await tierOf(parts, stationId, identity)),
    expiresMs: parseInstant(until),
  };
}

/** As home said it in the mandate that lies in the visiting profiles; a driver nobody knows here has none. */
async function tierOf(
  parts: ReserveParts,
  stationId: string,
  { identity, homeUtility }: Extract<Asked['identity'], { outcome: 'read' }>,
): Promise<Tier> {
  const station = await parts.stations.find(stationId);
  if (station === null || homeUtility === null) return 'none';
  const query = {
    identity,
    homeUtility,
    medium: 'app' as const,
    assurance: 'claimed' as const,
    stationClass: station.record.document.stationClass,
    at: formatInstant(parts.clock.now()),
  };
  const entry = await parts.neighbours.findMandate(query, null);
  return entry?.mandate.document.tier ?? 'none';
}

/**
 * Makes way for a driver of a higher tier: the reservation of a lower one is cancelled at the station first.
 *
 * @returns false where the connector is kept for somebody of the same or a higher tier
 */
export async function makeWay(
  parts: ReserveParts,
  reservation: ConnectorReservation,
): Promise<boolean> {
  const other = await parts.reservations.inTheWay(reservation, parts.clock.now());
  if (other === null) return true;
  if (TIERS.indexOf(other.tier) >= TIERS.indexOf(reservation.tier)) return false;
  const { stationId, reservationId } = other;
  const payload = JSON.stringify({ reservationId });
  const reply = await parts.stationCaller.call({ stationId, action: 'CancelReservation', payload });
  if (reply.outcome !== 'answered') return false;
  await parts.reservations.end(stationId, reservationId, 'displaced');
  return true;
}

/** Whether the station said yes: `{"status": "Accepted"}` in both versions. */
export function isAccepted(answer: string): boolean {
  const { status } = JSON.parse(answer) as { status?: unknown };
  return status === 'Accepted';
}
