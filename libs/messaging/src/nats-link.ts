import { connect, type NatsConnection } from '@nats-io/transport-node';
import { RoamgridError } from '@roamgrid/kernel';
import type { NatsAddress } from './nats-address.js';

/** NATS's own default; the server names its limit when one connects. */
const DEFAULT_PAYLOAD_BYTES = 1_048_576;

/** A link that died without a word is found out within two of these. */
const PING_INTERVAL_MS = 20_000;

/** Who is cut off from the bus answers nobody; the client's own pause is two seconds. */
const RECONNECT_MS = 200;

export interface LinkOptions extends NatsAddress {
  readonly maxReconnectAttempts: number;
  readonly reconnectTimeWait: number;
  readonly pingInterval: number;
  readonly noAsyncTraces: boolean;
}

/**
 * The client's own default gives up after twenty seconds, and the service would stay deaf for ever. It also
 * notes a stack for each request, for errors of which only the kind is told here.
 */
export function linkTo(address: NatsAddress): LinkOptions {
  return {
    ...address,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_MS,
    pingInterval: PING_INTERVAL_MS,
    noAsyncTraces: true,
  };
}

/** @throws RoamgridError `peer_unreachable`, naming the servers and not what opens them */
export async function openLink(options: LinkOptions): Promise<NatsConnection> {
  try {
    return await connect(options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RoamgridError(
      'peer_unreachable',
      `the bus at ${options.servers.join(', ')} cannot be used: ${reason}`,
    );
  }
}

/** How many bytes the server takes in one message. */
export const limitOf = (link: NatsConnection | null): number =>
  link?.info?.max_payload ?? DEFAULT_PAYLOAD_BYTES;
