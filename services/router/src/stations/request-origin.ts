import type { IncomingHttpHeaders } from 'node:http';

/** Where a request comes from, and whether others can read along. */
export interface RequestOrigin {
  readonly address: string;
  /** over TLS, or not leaving this machine */
  readonly isPrivate: boolean;
}

interface Arrival {
  readonly remoteAddress: string | undefined;
  readonly isEncrypted: boolean;
  readonly headers: IncomingHttpHeaders;
}

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;

function lastOf(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header.at(-1) : header;
  return text?.split(',').at(-1)?.trim();
}

/**
 * The edge on the same machine says whom it speaks for (`X-Forwarded-For`, `X-Forwarded-Proto`, whose last
 * entries are its own); nobody else is believed.
 */
export function originOf({ remoteAddress = '', isEncrypted, headers }: Arrival): RequestOrigin {
  const client = lastOf(headers['x-forwarded-for']);
  if (!LOOPBACK.test(remoteAddress) || client === undefined) {
    return { address: remoteAddress, isPrivate: isEncrypted || LOOPBACK.test(remoteAddress) };
  }
  const isPrivate =
    LOOPBACK.test(client) || /^(?:https|wss)$/.test(lastOf(headers['x-forwarded-proto']) ?? '');
  return { address: client, isPrivate };
}
