import type { Serializer } from '@nestjs/microservices';
import { RoamgridError } from '@roamgrid/kernel';
import type { Msg } from '@nats-io/transport-node';
import type { ReplyEnvelope } from './envelope.js';
import { writeWireText } from './wire-text.js';

/** A packet of Nest as NATS carries it. */
interface NatsText {
  readonly data: string;
}

/** A reply on its way out; Nest adds the request's id. */
interface ReplyPacket {
  readonly id?: string;
  readonly isDisposed?: boolean;
  readonly response?: unknown;
}

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
export function writeRequest(packet: RequestPacket, limitBytes: number): string {
  const text = writeWireText(packet);
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes <= limitBytes) return text;
  throw new RoamgridError(
    'payload_too_large',
    `the bus carries ${String(limitBytes)} bytes in a message, this one has ${String(sizeBytes)}`,
  );
}

/** What a reply says; null where it is none of Nest's, which no reply of ours is. */
export function readReply(message: Msg): unknown {
  try {
    const packet: unknown = message.json();
    return typeof packet === 'object' && packet !== null && 'response' in packet
      ? packet.response
      : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** A reply that the bus cannot carry is told as such: its sender would wait for it in vain. */
export function replySerializer(limitBytes: () => number): Serializer<ReplyPacket, NatsText> {
  return {
    serialize(packet) {
      const data = writeWireText(packet);
      if (Buffer.byteLength(data) <= limitBytes()) return { data };
      const response: ReplyEnvelope = {
        ok: false,
        error: { code: 'internal', detail: 'the reply is larger than the bus carries', fields: [] },
      };
      return { data: writeWireText({ ...packet, response }) };
    },
  };
}
