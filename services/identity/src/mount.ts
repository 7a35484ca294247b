import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { ERROR_KINDS, type ErrorCode } from '@roamgrid/kernel';

type Callback = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Parts of sign-in that need a person and a browser. */
const NOT_BUILT = new Set(['/auth', '/device', '/session/end']);

function answerProblem(response: ServerResponse, code: ErrorCode, detail: string): void {
  const { status, title } = ERROR_KINDS[code];
  response.writeHead(status, { 'content-type': 'application/problem+json; charset=utf-8' });
  response.end(JSON.stringify({ type: `urn:roamgrid:error:${code}`, title, status, code, detail }));
}

/**
 * Serves the provider below the issuer's path. The provider derives its own addresses from the
 * request; they are pinned to the issuer, so that no Host or X-Forwarded header can change what
 * discovery says.
 */
export function mountedAt(issuer: string, callback: Callback): RequestListener {
  const { pathname, host, protocol } = new URL(issuer);
  const mountPath = pathname.replace(/\/$/, '');
  return (request, response) => {
    const url = request.url ?? '/';
    const [path = '/'] = url.split('?');
    if (path !== mountPath && !path.startsWith(`${mountPath}/`)) {
      answerProblem(response, 'not_found', 'no such page');
      return;
    }
    const inner = path.slice(mountPath.length);
    if (NOT_BUILT.has(inner) || inner.startsWith('/auth/')) {
      answerProblem(response, 'not_built', 'sign-in of people in a browser is not built yet');
      return;
    }
    request.headers.host = host;
    request.headers['x-forwarded-host'] = host;
    request.headers['x-forwarded-proto'] = protocol.replace(':', '');
    Object.assign(request, { originalUrl: url });
    request.url = url.slice(mountPath.length) || '/';
    callback(request, response);
  };
}
