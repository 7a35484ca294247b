import { RoamgridError } from '@roamgrid/kernel';
import type { Msg } from '@nats-io/transport-node';
import type { ReplyEnvelope } from './envelope.js';
import { writeWireText } from './wire-text.js';

/** A request on its way out, as Nest's server reads it. */
export interface RequestPacket {
  readonly id: string;
  readonly pattern: string;
  readonly data: unknown;
}

/**
 * @param limitBytes what the server takes in one message
 * @throws RoamgridError `payload_too_large`, or `internal` for what JSON cannot hold
 */
export function writeRequest(packet: RequestPacket, limitBytes: number): Uint8Array {
  const bytes = Buffer.from(writeWireText(packet));
  const sizeBytes = bytes.length;
  if (sizeBytes <= limitBytes) return bytes;
  throw new RoamgridError(
    'payload_too_large',
    `the bus carries ${String(limitBytes)} bytes in a message, this one has ${String(sizeBytes)}`,
  );
}

/** A request as it arrives; null where it is none, such as an event that nobody waits for. */
export function readRequest(message: Msg): Pick<RequestPacket, 'id' | 'data'> | null {
  const packet: unknown = readJson(message);
  if (typeof packet !== 'object' || packet === null) return null;
  const { id, data } = packet as { id?: unknown; data?: unknown };
  return typeof id === 'string' ? { id, data } : null;
}

/** What a reply says; null where it is none of Nest's, which no reply of ours is. */
export function readReply(message: Msg): unknown {
  const packet: unknown = readJson(message);
  return typeof packet === 'object' && packet !== null && 'response' in packet
    ? packet.response
    : null;
}

function readJson(message: Msg): unknown {
  try {
    return message.json();
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/**
 * The one reply to a request, as Nest's client reads it. One that the bus cannot carry is told as such: its
 * sender would wait for it in vain.
 */
export function writeReply(id: string, response: unknown, limitBytes: number): Uint8Array {
  const bytes = Buffer.from(writeWireText({ response, isDisposed: true, id }));
  if (bytes.length <= limitBytes) return bytes;
  const tooLarge: ReplyEnvelope = {
    ok: false,
    error: { code: 'internal', detail: 'the reply is larger than the bus carries', fields: [] },
  };
  return Buffer.from(writeWireText({ response: tooLarge, isDisposed: true, id }));
}
