import type {
  Operation,
  readReservationForHome,
  RequestOf,
  Reservation,
  reserveForHome,
} from '@roamgrid/contracts';
import { formatInstant, parseInstant, RoamgridError } from '@roamgrid/kernel';
import { commandStationWith, readOperationWith, type CommandParts } from './command-station.js';

type Request = RequestOf<typeof reserveForHome>;

/** Nobody keeps a connector from others for longer. */
const LONGEST_MS = 24 * 3_600_000;
/** OCPP numbers a reservation by an integer: what of an id's random end fits 31 bits */
const ID_DIGITS = 8;
const GREATEST_ID = 0x7fff_ffff;

/** Who asked, as the operation names them. */
const askedBy = (homeUtility: string): string => `${homeUtility}/aaa`;

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
    return viewOf(parts, await commandStationWith(parts)(call, tier));
  };
}

/** @throws RoamgridError `not_found`, also for what another utility asked for */
export function readReservationForHomeWith(parts: CommandParts) {
  return async ({
    homeUtility,
    reservationId,
  }: RequestOf<typeof readReservationForHome>): Promise<Reservation> => {
    const operation = await readOperationWith(parts)({ operationId: reservationId });
    if (operation.askedBy !== askedBy(homeUtility)) {
      throw new RoamgridError('not_found', 'no such reservation');
    }
    return viewOf(parts, operation);
  };
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

function statusOf(answer: string | null): string | null {
  const { status } = JSON.parse(answer ?? '{}') as { status?: unknown };
  return typeof status === 'string' ? status : null;
}

function viewOf(parts: CommandParts, operation: Operation): Reservation {
  const { operationId, stationId, state, reason, error } = operation;
  const base = { reservationId: operationId, visitedUtility: parts.utility, stationId, reason };
  switch (state) {
    case 'pending':
      return { ...base, state: 'pending', detail: null };
    case 'answered': {
      const status = statusOf(operation.answer);
      return { ...base, state: status === 'Accepted' ? 'honoured' : 'refused', detail: status };
    }
    case 'refused':
      return { ...base, state: 'refused', detail: null };
    case 'error':
    case 'timeout':
    case 'offline':
      return { ...base, state: 'failed', detail: error?.code ?? state };
  }
}
