import { recordFrame } from '@roamgrid/contracts';
import { RoamgridError, type InstantMs } from '@roamgrid/kernel';
import { sha256Hex } from '@roamgrid/platform';
import { canonicalText } from '../exact/exact-json.js';
import { redactRaw, redactValue } from '../identity/redact.js';
import type { RouterParts } from '../router.context.js';
import type { AuthenticatedStation } from '../stations/station-directory.js';
import { wireOf } from '../wire.js';
import { actionsOf } from './actions.js';
import {
  CALL_ERROR,
  CALL_RESULT,
  UNREADABLE_ID,
  type BrokenFrame,
  type CallFrame,
} from './frame.js';
import { assertPayload, isActionOf } from './payload-schema.js';
import { errorCodeOf, isBillingAction, OcppFault, type Protocol } from './protocol.js';
import { mayPass } from './record-event.js';
import type { ActionHandler, StationLink } from './station-call.js';
import type { StationMemory } from './station-memory.js';

export interface IncomingFrame {
  readonly frame: CallFrame | BrokenFrame;
  readonly text: string;
  readonly receivedAt: InstantMs;
}

/** The connection a frame came by. */
export interface FrameOrigin {
  readonly context: RouterParts;
  readonly station: AuthenticatedStation;
  readonly memory: StationMemory;
  readonly protocol: Protocol;
  readonly linkIsPrivate: boolean;
}

/** What goes back to the station. */
export interface FrameReply {
  readonly message: readonly unknown[];
  readonly messageId: string;
  readonly action: string | null;
  readonly afterwards?: (link: StationLink) => void;
}

const LONGEST_DESCRIPTION = 255;
const BILLING_IN_TEXT = /"(?:StartTransaction|StopTransaction|MeterValues|TransactionEvent)"/;

function wireOfFrame(origin: FrameOrigin, { frame, text, receivedAt }: IncomingFrame) {
  const { protocol } = origin;
  const { messageId, action, parsed } = frame;
  return wireOf({ protocol, messageId, action, receivedAt, raw: redactRaw(text, parsed) });
}

/** Keeps the refused frame, then words the refusal. */
async function refuse(
  origin: FrameOrigin,
  incoming: IncomingFrame,
  fault: OcppFault,
): Promise<FrameReply> {
  const { frame, text } = incoming;
  const code = errorCodeOf(origin.protocol, fault.kind);
  const billing =
    frame.action === null ? BILLING_IN_TEXT.test(text) : isBillingAction(frame.action);
  await origin.context.bus.request(recordFrame, origin.station.utility, {
    stationId: origin.station.stationId,
    direction: 'in',
    wire: wireOfFrame(origin, incoming),
    refusal: { code, billing },
    effect: null,
  });
  const messageId = frame.messageId ?? UNREADABLE_ID;
  const description = fault.message.slice(0, LONGEST_DESCRIPTION);
  return {
    messageId,
    action: frame.action,
    message: [CALL_ERROR, messageId, code, description, {}],
  };
}

/** OCPP 1.6 says that an unknown message type is ignored; it is kept all the same. */
async function ignore(origin: FrameOrigin, incoming: IncomingFrame): Promise<null> {
  await origin.context.bus.request(recordFrame, origin.station.utility, {
    stationId: origin.station.stationId,
    direction: 'in',
    wire: wireOfFrame(origin, incoming),
    refusal: null,
    effect: null,
  });
  return null;
}

/** @throws OcppFault for an action that is unknown, not a station's to call, or of another shape */
function handlerOf(protocol: Protocol, frame: CallFrame): ActionHandler {
  const { action, payload } = frame;
  if (!isActionOf(protocol, action)) throw new OcppFault('notImplemented', 'no such action');
  const handler = actionsOf(protocol).get(action);
  if (handler === undefined) throw new OcppFault('notSupported', 'this action is not supported');
  assertPayload(protocol, action, payload);
  return handler;
}

async function answerCall(
  origin: FrameOrigin,
  incoming: IncomingFrame,
  frame: CallFrame,
): Promise<FrameReply> {
  const handler = handlerOf(origin.protocol, frame);
  const answer = await handler({
    context: origin.context,
    station: origin.station,
    memory: origin.memory,
    linkIsPrivate: origin.linkIsPrivate,
    payload: frame.payload,
    payloadHash: sha256Hex(canonicalText(redactValue(frame.payload))),
    wire: wireOfFrame(origin, incoming),
  });
  const { messageId, action } = frame;
  const message = [CALL_RESULT, messageId, answer.payload];
  return { messageId, action, message, afterwards: answer.afterwards };
}

/**
 * Where nothing is said, the station repeats. That is for what passes, and for any failure whose outcome is
 * unknown where revenue hangs on the frame; other calls get an error rather than silence.
 */
function isLeftUnanswered(error: unknown, action: string | null): boolean {
  if (!(error instanceof RoamgridError)) return false;
  return error.next === 'retrySame' || (mayPass(error) && isBillingAction(action));
}

/**
 * Answers one frame. Null where nothing is to be said: a message that the version ignores, or an aaa
 * that could not commit (DESIGN §10.2).
 */
export async function answerFrame(
  origin: FrameOrigin,
  incoming: IncomingFrame,
): Promise<FrameReply | null> {
  const { frame } = incoming;
  try {
    if (frame.kind === 'call') return await answerCall(origin, incoming, frame);
    if (frame.fault === 'messageType' && origin.protocol === 'ocpp1.6') {
      return await ignore(origin, incoming);
    }
    return await refuse(origin, incoming, new OcppFault(frame.fault, frame.detail));
  } catch (error) {
    return await answerFailure(origin, incoming, error);
  }
}

async function answerFailure(
  origin: FrameOrigin,
  incoming: IncomingFrame,
  error: unknown,
): Promise<FrameReply | null> {
  const { log } = origin.context;
  const { stationId } = origin.station;
  try {
    if (error instanceof OcppFault) return await refuse(origin, incoming, error);
    const what = { stationId, action: incoming.frame.action, error: String(error) };
    if (isLeftUnanswered(error, incoming.frame.action)) {
      log.warn(what, 'a frame was not committed and is not answered');
      return null;
    }
    log.error(what, 'a frame could not be handled');
    return await refuse(origin, incoming, new OcppFault('internal', 'the gateway failed'));
  } catch (second) {
    log.warn({ stationId, error: String(second) }, 'a refusal was not committed, nor answered');
    return null;
  }
}
