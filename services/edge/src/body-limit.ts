import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import type { Content } from './answer.js';

/** How long a client that was refused may go on sending, so that it comes to read why. */
const LINGER_MS = 5_000;

/** Whether a request says of its body that it is longer than the limit. */
export function saysTooLarge(request: IncomingMessage, limitBytes: number): boolean {
  return Number(request.headers['content-length'] ?? 0) > limitBytes;
}

/** Whether a request has a body of which it does not say how long it is. */
export function isOfUnknownLength(request: IncomingMessage): boolean {
  return request.headers['transfer-encoding'] !== undefined;
}

/** The whole body, or null as soon as it is longer than the limit. @throws where the client breaks off */
export function collectBody(
  request: IncomingMessage,
  limitBytes: number,
): Promise<Readable | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let lengthBytes = 0;
    const take = (chunk: Buffer): void => {
      lengthBytes += chunk.length;
      if (lengthBytes <= limitBytes) {
        chunks.push(chunk);
        return;
      }
      request.off('data', take);
      resolve(null);
    };
    request.on('data', take);
    request.once('end', () => {
      resolve(Readable.from(chunks));
    });
    request.once('error', reject);
  });
}

/**
 * Answers before the body has come, and then closes. What still comes is read and dropped for a while: a
 * connection that is closed with bytes unread takes the answer back from the client.
 */
export function refuseBody(
  request: IncomingMessage,
  response: ServerResponse,
  { status, type, body }: Content,
): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  });
  response.write(body);
  const signal = AbortSignal.timeout(LINGER_MS);
  const end = (): void => {
    response.end();
  };
  once(request.resume(), 'end', { signal }).then(end, end);
}
