import type { readStationCall, ReplyOf } from '@roamgrid/contracts';
import type { OCPP16, OCPP20 } from 'typed-ocpp';
import {
  isExactObject,
  NotJsonError,
  parseExact,
  writeExact,
  type Exact,
  type ExactObject,
} from '../exact/exact-json.js';
import { readToken } from '../identity/read-identity.js';
import { redactValue } from '../identity/redact.js';
import { CALLS_TO_STATIONS } from '../ocpp/calls-to-stations.js';
import { assertPayload } from '../ocpp/payload-schema.js';
import { OcppFault, PROTOCOLS, type Protocol } from '../ocpp/protocol.js';
import { connectorOf } from '../ocpp/record-event.js';
import { identityOfToken } from '../ocpp/v201/token.js';
import type { RouterContext } from '../router.context.js';

type Reply = ReplyOf<typeof readStationCall>;
type Fault = NonNullable<Reply['fault']>;

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
  const nothing = { protocol, start: null, transactionId: null, shown: '{}' };
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

/** Whom a remote start names, and where; which transaction a remote stop ends. */
function namesOf(
  { registry }: Pick<RouterContext, 'registry'>,
  action: string,
  payload: ExactObject,
): Pick<Reply, 'start' | 'transactionId'> {
  switch (action) {
    case 'RequestStartTransaction': {
      const start = payload as unknown as Exact<OCPP20.RequestStartTransactionRequest>;
      const identity = identityOfToken(start.idToken, registry);
      return {
        start: { identity, connectorId: connectorOf(start.evseId?.value) },
        transactionId: null,
      };
    }
    case 'RemoteStartTransaction': {
      const start = payload as unknown as Exact<OCPP16.RemoteStartTransactionRequest>;
      const identity = readToken(start.idTag, registry);
      const connectorId = connectorOf(start.connectorId?.value);
      return { start: { identity, connectorId }, transactionId: null };
    }
    case 'RequestStopTransaction':
    case 'RemoteStopTransaction': {
      const id = payload['transactionId'];
      const transactionId = typeof id === 'string' ? id : id === undefined ? '' : writeExact(id);
      return { start: null, transactionId: transactionId.slice(0, 60) || null };
    }
    default:
      return { start: null, transactionId: null };
  }
}
