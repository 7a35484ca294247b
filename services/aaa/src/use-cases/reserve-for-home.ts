import type {
  readReservationForHome,
  RequestOf,
  Reservation,
  reserveForHome,
} from '@roamgrid/contracts';
import { formatInstant, parseInstant, RoamgridError } from '@roamgrid/kernel';
import { reservationState, statusOf, type ReservationFacts } from '../reservation-states.js';
import { commandStationWith, readOperationWith, type CommandParts } from './command-station.js';

type Request = RequestOf<typeof reserveForHome>;

/** Nobody keeps a connector from others for longer. */
const LONGEST_MS = 24 * 3_600_000;
/** OCPP numbers a reservation by an integer: what of an id's random end fits 31 bits */
const ID_DIGITS = 8;
const GREATEST_ID = 0x7fff_ffff;

/** Who asked, as the operation names them. */
export const askedBy = (homeUtility: string): string => `${homeUtility}/aaa`;

/**
 * Home asks for a connector for its driver: the station is called with ReserveNow of the version it speaks. A
 * reservation of a lower tier makes way, one of the same or a higher tier does not.
 *
 * @throws RoamgridError `unprocessable` without an agreement, for another home's driver or a time that is over or
 *   too far; `not_found` for a station that is not ours
 */
export function reserveForHomeWith(parts: CommandParts) {
  return async (request: Request): Promise<Reservation> => {
    const { homeUtility, stationId, tier, until } = request;
    await requireServed(parts, homeUtility);
    const forMs = parseInstant(until) - parts.clock.now();
    if (forMs <= 0 || forMs > LONGEST_MS) {
      throw new RoamgridError('unprocessable', 'a connector is kept for a day at most', [
        { path: 'until', message: 'is over, or more than a day ahead' },
      ]);
    }
    const payload = await payloadFor(parts, request);
    const call = { stationId, action: 'ReserveNow', payload, by: askedBy(homeUtility) };
    const { operationId } = await commandStationWith(parts)(call, { tier });
    return viewOf(parts, await findReservation(parts, homeUtility, operationId));
  };
}

/** @throws RoamgridError `not_found`, also for what another utility asked for */
export function readReservationForHomeWith(parts: CommandParts) {
  return async ({
    homeUtility,
    reservationId,
  }: RequestOf<typeof readReservationForHome>): Promise<Reservation> =>
    viewOf(parts, await findReservation(parts, homeUtility, reservationId));
}

/** A reservation as it stands at this instant. */
export interface FoundReservation {
  readonly facts: ReservationFacts;
  readonly state: Reservation['state'];
  /** as the station knows it */
  readonly number: number;
  /** the latest call to cancel it, also one that was never made */
  readonly cancelledBy: string | null;
}

/** @throws RoamgridError `not_found`, also for what another utility asked for */
export async function findReservation(
  parts: CommandParts,
  homeUtility: string,
  reservationId: string,
): Promise<FoundReservation> {
  const operation = await readOperationWith(parts)({ operationId: reservationId });
  if (operation.askedBy !== askedBy(homeUtility) || operation.action !== 'ReserveNow') {
    throw new RoamgridError('not_found', 'no such reservation');
  }
  const number = numberIn(operation.payload);
  const cancelledBy = await parts.reservations.cancellationOf(reservationId);
  const isThere = cancelledBy !== null && (await parts.operations.find(cancelledBy)) !== null;
  const cancellation = isThere
    ? await readOperationWith(parts)({ operationId: cancelledBy })
    : null;
  const kept = await parts.reservations.find(operation.stationId, number);
  const facts: ReservationFacts = { operation, kept, cancellation };
  return { facts, state: reservationState(facts, parts.clock.now()), number, cancelledBy };
}

/** The two versions name it differently. */
function numberIn(payload: string): number {
  const { reservationId, id } = JSON.parse(payload) as { reservationId?: number; id?: number };
  return reservationId ?? id ?? 0;
}

/** Reserving is a first step of a visit: who gets no first visit gets no reservation. */
async function requireServed(parts: CommandParts, homeUtility: string): Promise<void> {
  const isServed =
    (await parts.neighbours.termsWith(homeUtility)) !== null &&
    !(await parts.standings.isSuspended(homeUtility));
  if (isServed) return;
  throw new RoamgridError('unprocessable', 'no agreement lets drivers of this utility charge here');
}

/** ReserveNow as the station's version has it. */
async function payloadFor(parts: CommandParts, request: Request): Promise<string> {
  const { homeUtility, stationId, connectorId, identity, until } = request;
  const reservationId = Number.parseInt(parts.ids.uuid().slice(-ID_DIGITS), 16) & GREATEST_ID;
  const expires = formatInstant(parseInstant(until));
  const v16 = JSON.stringify({
    connectorId: connectorId ?? 0,
    expiryDate: expires,
    idTag: identity.value,
    reservationId,
  });
  const v201 = JSON.stringify({
    id: reservationId,
    expiryDateTime: expires,
    idToken: { idToken: identity.value, type: 'Central' },
    ...(connectorId === null ? {} : { evseId: connectorId }),
  });
  const read = await parts.stationCaller.read({ stationId, action: 'ReserveNow', payload: v16 });
  const named = read.reservation?.identity;
  if (read.protocol !== 'ocpp1.6') return v201;
  if (named?.outcome === 'read' && named.homeUtility === homeUtility) return v16;
  throw new RoamgridError('unprocessable', 'the driver is of another home');
}

/** The station's own word, or what kept it from saying any. */
function detailOf({ operation, cancellation }: ReservationFacts): string | null {
  const last = cancellation ?? operation;
  if (last.state === 'pending' || last.state === 'refused') return null;
  return last.state === 'answered' ? statusOf(last.answer) : (last.error?.code ?? last.state);
}

export function viewOf(parts: CommandParts, { facts, state }: FoundReservation): Reservation {
  const { operationId, stationId, reason } = facts.operation;
  return {
    reservationId: operationId,
    visitedUtility: parts.utility,
    stationId,
    state,
    reason,
    detail: detailOf(facts),
  };
}
