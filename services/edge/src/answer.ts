import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { RoamgridError, type ErrorCode } from '@roamgrid/kernel';
import { problemOf } from '@roamgrid/platform';

/** On everything that leaves the port, whoever made it. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
};

export interface Content {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function json(status: number, value: unknown): Content {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(value) };
}

export function problem(code: ErrorCode, detail: string, traceId: string): Content {
  const error = new RoamgridError(code, detail);
  return {
    status: error.status,
    type: 'application/problem+json; charset=utf-8',
    body: JSON.stringify(problemOf(error, traceId)),
  };
}

export function send(response: ServerResponse, content: Content, withBody = true): void {
  response.writeHead(content.status, {
    'content-type': content.type,
    'content-length': Buffer.byteLength(content.body),
    ...content.headers,
  });
  response.end(withBody ? content.body : undefined);
}

/** The answer to an upgrade that leads nowhere: HTTP, then the connection ends. */
export function refuseUpgrade(socket: Socket, content: Content): void {
  socket.end(
    [
      `HTTP/1.1 ${String(content.status)} Refused`,
      `content-type: ${content.type}`,
      `content-length: ${String(Buffer.byteLength(content.body))}`,
      'connection: close',
      '',
      content.body,
    ].join('\r\n'),
  );
}
