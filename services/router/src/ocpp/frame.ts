import { isLosslessNumber } from 'lossless-json';
import {
  isExactObject,
  NotJsonError,
  parseExact,
  stringsOf,
  type ExactJson,
  type ExactObject,
} from '../exact/exact-json.js';
import type { FaultKind } from './protocol.js';

/** OCPP-J message types. */
export const CALL = 2;
export const CALL_RESULT = 3;
export const CALL_ERROR = 4;

/** The id of an answer to a message whose own id cannot be read (OCPP-J 2.0.1, 4.2.3). */
export const UNREADABLE_ID = '-1';
const LONGEST_ID = 36;

export interface CallFrame {
  readonly kind: 'call';
  readonly messageId: string;
  readonly action: string;
  readonly payload: ExactObject;
  readonly parsed: ExactJson;
}

interface ResponseOf<Kind extends 'result' | 'error'> {
  readonly kind: Kind;
  readonly messageId: string;
  /** payload of a result, code of an error */
  readonly content: ExactJson;
  /** what an error says beside its code */
  readonly description: ExactJson;
  readonly parsed: ExactJson;
}

export type ResponseFrame = ResponseOf<'result'> | ResponseOf<'error'>;

/** What cannot be read as one of the above; `fault` says how it is answered. */
export interface BrokenFrame {
  readonly kind: 'broken';
  readonly messageId: string | null;
  readonly action: string | null;
  readonly fault: FaultKind;
  readonly detail: string;
  readonly parsed?: ExactJson;
}

export type Frame = CallFrame | ResponseFrame | BrokenFrame;

function broken(
  fault: FaultKind,
  detail: string,
  known: { messageId?: string | null; action?: string | null; parsed?: ExactJson } = {},
): BrokenFrame {
  const { messageId = null, action = null, parsed } = known;
  return {
    kind: 'broken',
    fault,
    detail,
    messageId,
    action,
    ...(parsed === undefined ? {} : { parsed }),
  };
}

function idOf(value: ExactJson | undefined): string | null {
  return typeof value === 'string' && value.length >= 1 && value.length <= LONGEST_ID
    ? value
    : null;
}

/** A text that no database holds and no screen shows as it is. */
function textFault(parsed: ExactJson): { fault: FaultKind; detail: string } | null {
  for (const text of stringsOf(parsed)) {
    if (/\p{Surrogate}/u.test(text)) return { fault: 'format', detail: 'half of a character' };
    if (text.includes('\0')) return { fault: 'property', detail: 'a text holds NUL' };
  }
  return null;
}

function readCall(parts: readonly ExactJson[], hasDuplicateMember: boolean): Frame {
  const [, id, name, payload] = parts;
  const messageId = idOf(id);
  const action = typeof name === 'string' ? name : null;
  const known = { messageId, action, parsed: parts };
  if (messageId === null) return broken('framework', 'the message id cannot be read', known);
  if (action === null) return broken('framework', 'the action is no text', known);
  const fault = textFault(parts);
  if (fault !== null) return broken(fault.fault, fault.detail, known);
  if (parts.length !== 4) return broken('format', 'a call has four parts', known);
  if (!isExactObject(payload)) return broken('format', 'the payload is no object', known);
  if (hasDuplicateMember) return broken('format', 'a member is named twice', known);
  return { kind: 'call', messageId, action, payload, parsed: parts };
}

/** An answer is never answered: one whose id cannot be read is one that nobody asked for. */
function readResponse(kind: 'result' | 'error', parts: readonly ExactJson[]): Frame {
  const messageId = idOf(parts[1]) ?? UNREADABLE_ID;
  return {
    kind,
    messageId,
    content: parts[2] ?? null,
    description: parts[3] ?? null,
    parsed: parts,
  };
}

/** Reads one message; never throws for what a station may send. */
export function readFrame(text: string): Frame {
  let document: ReturnType<typeof parseExact>;
  try {
    document = parseExact(text);
  } catch (error) {
    if (error instanceof NotJsonError) return broken('framework', error.message);
    throw error;
  }
  const { value: parsed, hasDuplicateMember } = document;
  if (!Array.isArray(parsed)) return broken('framework', 'a message is an array', { parsed });
  const parts = parsed as readonly ExactJson[];
  const [type] = parts;
  if (!isLosslessNumber(type)) {
    return broken('framework', 'the message type is no number', { parsed });
  }
  switch (type.value) {
    case String(CALL):
      return readCall(parts, hasDuplicateMember);
    case String(CALL_RESULT):
      return readResponse('result', parts);
    case String(CALL_ERROR):
      return readResponse('error', parts);
    default:
      return broken('messageType', 'unknown message type', { messageId: idOf(parts[1]), parsed });
  }
}
