import type { readStationCall, ReplyOf } from '@roamgrid/contracts';
import type { OCPP16, OCPP20 } from 'typed-ocpp';
import {
  isExactObject,
  NotJsonError,
  parseExact,
  writeExact,
  type Exact,
  type ExactJson,
  type ExactObject,
} from '../exact/exact-json.js';
import { readToken } from '../identity/read-identity.js';
import { redactValue } from '../identity/redact.js';
import { CALLS_TO_STATIONS } from '../ocpp/calls-to-stations.js';
import { instantWithinReach } from '../ocpp/date-time.js';
import { assertPayload } from '../ocpp/payload-schema.js';
import { OcppFault, PROTOCOLS, type Protocol } from '../ocpp/protocol.js';
import { connectorOf } from '../ocpp/record-event.js';
import { identityOfToken } from '../ocpp/v201/token.js';
import type { RouterContext } from '../router.context.js';

type Reply = ReplyOf<typeof readStationCall>;
type Fault = NonNullable<Reply['fault']>;
type Named = Pick<Reply, 'start' | 'transactionId' | 'reservation' | 'cancels'>;

const NOBODY: Named = { start: null, transactionId: null, reservation: null, cancels: null };

/** A payload as JSON text, without loss; null where it is no object. */
export function payloadOfText(text: string): ExactObject | null {
  try {
    const { value, hasDuplicateMember } = parseExact(text);
    return isExactObject(value) && !hasDuplicateMember ? value : null;
  } catch (error) {
    if (error instanceof NotJsonError) return null;
    throw error;
  }
}

/**
 * Checks a call before anybody is called: the version that the station speaks has it, and its payload has the
 * shape of that version's schema. Of a station that is not connected any version may be meant.
 */
export function readCall(
  context: Pick<RouterContext, 'registry'>,
  protocol: Protocol | null,
  action: string,
  text: string,
): Reply {
  const payload = payloadOfText(text);
  const nothing = { ...NOBODY, protocol, shown: '{}' };
  if (payload === null) {
    return { ...nothing, fault: { kind: 'payload', path: '', message: 'not a JSON object' } };
  }
  const shown = writeExact(redactValue(payload));
  const fault = faultOf(protocol, action, payload);
  if (fault !== null) return { ...nothing, shown, fault };
  return { protocol, fault: null, shown, ...namesOf(context, action, payload) };
}

function faultOf(protocol: Protocol | null, action: string, payload: ExactObject): Fault | null {
  const having = PROTOCOLS.filter((candidate) => CALLS_TO_STATIONS[candidate].has(action));
  if (having.length === 0) {
    return { kind: 'unknownAction', path: 'action', message: 'no call to a station has this name' };
  }
  const meant = having.filter((candidate) => protocol === null || candidate === protocol);
  if (meant.length === 0) {
    const message = `the station speaks ${String(protocol)}, which has no such call`;
    return { kind: 'otherVersion', path: 'action', message };
  }
  const faults = meant.map((candidate) => payloadFault(candidate, action, payload));
  return faults.includes(null) ? null : (faults[0] ?? null);
}

function payloadFault(protocol: Protocol, action: string, payload: ExactObject): Fault | null {
  try {
    assertPayload(protocol, action, payload);
    return null;
  } catch (error) {
    if (!(error instanceof OcppFault)) throw error;
    const [place = '', ...rest] = error.message.split(': ');
    const path = place === 'payload' ? '' : place.replaceAll('/', '.');
    return { kind: 'payload', path, message: rest.join(': ') || error.message };
  }
}

/** Whom a start or a reservation names, and where; which transaction or reservation a call ends. */
function namesOf(
  { registry }: Pick<RouterContext, 'registry'>,
  action: string,
  payload: ExactObject,
): Named {
  switch (action) {
    case 'RequestStartTransaction': {
      const start = payload as unknown as Exact<OCPP20.RequestStartTransactionRequest>;
      const identity = identityOfToken(start.idToken, registry);
      return { ...NOBODY, start: { identity, connectorId: connectorOf(start.evseId?.value) } };
    }
    case 'RemoteStartTransaction': {
      const start = payload as unknown as Exact<OCPP16.RemoteStartTransactionRequest>;
      const identity = readToken(start.idTag, registry);
      return { ...NOBODY, start: { identity, connectorId: connectorOf(start.connectorId?.value) } };
    }
    case 'RequestStopTransaction':
    case 'RemoteStopTransaction':
      return { ...NOBODY, transactionId: textOf(payload['transactionId']).slice(0, 60) || null };
    case 'ReserveNow':
      return { ...NOBODY, reservation: reservationOf(registry, payload) };
    case 'CancelReservation':
      return { ...NOBODY, cancels: Number(textOf(payload['reservationId'])) };
    default:
      return NOBODY;
  }
}

function textOf(value: ExactJson | undefined): string {
  return typeof value === 'string' ? value : value === undefined ? '' : writeExact(value);
}

/** The two versions name the same things differently; the schema has told which one this is. */
function reservationOf(
  registry: RouterContext['registry'],
  payload: ExactObject,
): NonNullable<Reply['reservation']> {
  if ('idTag' in payload) {
    const asked = payload as unknown as Exact<OCPP16.ReserveNowRequest>;
    return {
      reservationId: Number(asked.reservationId.value),
      identity: readToken(asked.idTag, registry),
      connectorId: connectorOf(asked.connectorId.value),
      until: instantWithinReach(asked.expiryDate),
    };
  }
  const asked = payload as unknown as Exact<OCPP20.ReserveNowRequest>;
  return {
    reservationId: Number(asked.id.value),
    identity: identityOfToken(asked.idToken, registry),
    connectorId: connectorOf(asked.evseId?.value),
    until: instantWithinReach(asked.expiryDateTime),
  };
}
