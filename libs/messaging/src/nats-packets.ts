import { IncomingResponseDeserializer, type Deserializer } from '@nestjs/microservices';
import type { IncomingResponse, Serializer } from '@nestjs/microservices';
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

/** @param limitBytes what the server takes in one message */
export function requestSerializer(limitBytes: () => number): Serializer<unknown, NatsText> {
  return {
    serialize(packet) {
      const data = writeWireText(packet);
      const sizeBytes = Buffer.byteLength(data);
      if (sizeBytes > limitBytes()) {
        throw new RoamgridError(
          'payload_too_large',
          `the bus carries ${String(limitBytes())} bytes in a message, this one has ${String(sizeBytes)}`,
        );
      }
      return { data };
    },
  };
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

/** Reads replies; one that is no JSON fails its own request and nothing else. */
export class ReplyDeserializer implements Deserializer<Msg, IncomingResponse> {
  readonly #known = new IncomingResponseDeserializer();

  deserialize(message: Msg): IncomingResponse | Promise<IncomingResponse> {
    let value: unknown;
    try {
      value = message.json();
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      value = null;
    }
    return this.#known.deserialize(value);
  }
}
