import type {
  commandStation,
  Operation,
  readOperation,
  readStationCall,
  ReplyOf,
  RequestOf,
} from '@roamgrid/contracts';
import { formatInstant, parseInstant, RoamgridError } from '@roamgrid/kernel';
import type { ConnectorReservation, OperationStore, Tier } from '../command-ports.js';
import { isAccepted, makeWay, readReservation, type ReserveParts } from './reserve-connector.js';
import { swipeWith } from './swipe.js';

export interface CommandParts extends ReserveParts {
  readonly operations: OperationStore;
  /** calls that outlive their request; waited for at the end */
  readonly background: Set<Promise<void>>;
}

type Request = RequestOf<typeof commandStation>;
type ReadCall = ReplyOf<typeof readStationCall>;

/** What a home adds to a command of its own. */
export interface HomeWish {
  /** of the driver of a ReserveNow, as home said it */
  readonly tier?: Tier;
  /** the operation's, where it was given out before */
  readonly operationId?: string;
}

/** Longer than any call waits: what is still pending then was cut off, and nobody will tell its end. */
const CUT_OFF_MS = 120_000;

/**
 * Staff calls a station. What the standard refuses is refused at once; else the operation is kept and the
 * station called, and the operation tells how it ends. A remote start opens a session first, as a swipe
 * would: a driver who may not charge is not started.
 *
 * @throws RoamgridError `not_found`, `malformed_request`, `unprocessable`, `peer_unreachable`
 */
export function commandStationWith(parts: CommandParts) {
  return async (request: Request, wish: HomeWish = {}): Promise<Operation> => {
    const { stationId, action, payload } = request;
    const station = await parts.stations.find(stationId);
    if (station === null) throw new RoamgridError('not_found', 'no such station');
    const call = await parts.stationCaller.read({ stationId, action, payload });
    assertSound(call);
    const operation = await openOperation(parts, request, call, wish.operationId);
    await parts.operations.insert(operation);
    if (operation.state !== 'pending') return operation;
    const reservation =
      call.reservation === null
        ? null
        : await readReservation(parts, stationId, call.reservation, wish.tier ?? null);
    const ending = carryOut(parts, request, operation, {
      reservation,
      cancels: call.cancels,
    }).finally(() => {
      parts.background.delete(ending);
    });
    parts.background.add(ending);
    return operation;
  };
}

function assertSound({ fault }: ReadCall): void {
  if (fault === null) return;
  const { kind, path, message } = fault;
  const code = kind === 'payload' ? 'malformed_request' : 'unprocessable';
  throw new RoamgridError(code, 'the station cannot be called like this', [{ path, message }]);
}

async function openOperation(
  parts: CommandParts,
  request: Request,
  call: ReadCall,
  operationId = parts.ids.uuid(),
): Promise<Operation> {
  const { stationId, action, by } = request;
  const at = formatInstant(parts.clock.now());
  const operation: Operation = {
    operationId,
    stationId,
    action,
    state: 'pending',
    askedBy: by,
    at,
    endedAt: null,
    payload: call.shown,
    answer: null,
    error: null,
    sessionId: await runningSession(parts, stationId, call.transactionId),
    reason: null,
  };
  if (call.start === null) return operation;
  const swiped = await swipeFor(parts, request, call.start, at);
  const opened: Operation = { ...operation, sessionId: swiped.sessionId };
  if (swiped.decision === 'quoted') return opened;
  return { ...opened, state: 'refused', endedAt: at, reason: swiped.reason };
}

async function runningSession(
  parts: CommandParts,
  stationId: string,
  transactionId: string | null,
): Promise<string | null> {
  if (transactionId === null) return null;
  const session = await parts.store.transaction((unit) =>
    unit.sessions.lockByTransaction(stationId, transactionId),
  );
  return session?.sessionId ?? null;
}

/** The driver whom the remote start names: authorized and quoted, for the station's start to bind to. */
function swipeFor(
  parts: CommandParts,
  { stationId, action }: Request,
  { identity, connectorId }: NonNullable<ReadCall['start']>,
  at: string,
) {
  return swipeWith(parts)({
    sessionId: parts.ids.uuid(),
    stationId,
    connectorId,
    identity,
    medium: 'app',
    assurance: 'claimed',
    pin: null,
    requestedEnergyKwh: null,
    idempotencyKey: null,
    wire: { protocol: 'http', messageId: null, action, receivedAt: at, raw: '[remote start]' },
  });
}

interface Reserving {
  readonly reservation: ConnectorReservation | null;
  readonly cancels: number | null;
}

async function carryOut(
  parts: CommandParts,
  { stationId, action, payload }: Request,
  operation: Operation,
  { reservation, cancels }: Reserving,
): Promise<void> {
  const end = (change: Partial<Operation>): Promise<Operation> =>
    parts.operations.end({ ...operation, ...change, endedAt: formatInstant(parts.clock.now()) });
  try {
    if (reservation !== null && !(await makeWay(parts, reservation))) {
      await end({ state: 'refused', reason: 'connector_occupied' });
      return;
    }
    const reply = await parts.stationCaller.call({ stationId, action, payload });
    if (reply.outcome === 'answered') {
      const accepted = isAccepted(reply.answer);
      if (accepted && reservation !== null) await parts.reservations.keep(reservation);
      // a station that knows no such reservation says `Rejected`: it keeps nothing either way
      if (cancels !== null) await parts.reservations.end(stationId, cancels, 'cancelled');
      await end({ state: 'answered', answer: reply.answer });
    } else if (reply.outcome === 'error') {
      const { code, description } = reply;
      await end({ state: 'error', error: { code, description } });
    } else await end({ state: reply.outcome });
  } catch (error) {
    if (!(error instanceof RoamgridError)) throw error;
    await end({ state: 'timeout', error: { code: error.code, description: error.message } });
  }
}

/** @throws RoamgridError `not_found` */
export function readOperationWith(parts: CommandParts) {
  return async ({ operationId }: RequestOf<typeof readOperation>): Promise<Operation> => {
    const operation = await parts.operations.find(operationId);
    if (operation === null) throw new RoamgridError('not_found', 'no such operation');
    const isCutOff =
      operation.state === 'pending' && parseInstant(operation.at) < parts.clock.now() - CUT_OFF_MS;
    if (!isCutOff) return operation;
    const endedAt = formatInstant(parts.clock.now());
    return parts.operations.end({ ...operation, state: 'timeout', endedAt });
  };
}
