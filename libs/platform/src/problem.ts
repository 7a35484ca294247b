import {
  Catch,
  HttpException,
  Logger,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import { ERROR_KINDS, RoamgridError, type ErrorCode, type FieldError } from '@roamgrid/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** RFC 9457 problem details, as every HTTP face of Roamgrid answers an error. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly traceId: string;
  readonly errors?: readonly FieldError[];
}

/** Twenty digits or more: whoever sent them as the name of a member may have meant a CIN. */
const LONG_NUMBER = /[0-9](?:[ -]{0,3}[0-9]){19,}/g;

function withoutNumbers(text: string): string {
  return text.replace(LONG_NUMBER, '[number]');
}

export function problemOf(error: RoamgridError, traceId: string): Problem {
  const { status, title } = ERROR_KINDS[error.code];
  const errors = error.fields.map(({ path, message }) => ({
    path: withoutNumbers(path),
    message: withoutNumbers(message),
  }));
  return {
    type: `urn:roamgrid:error:${error.code}`,
    title,
    status,
    code: error.code,
    detail: withoutNumbers(error.message),
    traceId,
    ...(errors.length > 0 ? { errors } : {}),
  };
}

const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'malformed_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'state_conflict',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  422: 'unprocessable',
  429: 'too_many_requests',
};

/** Any thrown value as one of our errors; what is not ours becomes `internal` without its text. */
export function toRoamgridError(error: unknown): RoamgridError {
  if (error instanceof RoamgridError) return error;
  const status =
    error instanceof HttpException
      ? error.getStatus()
      : (error as { statusCode?: unknown } | null)?.statusCode;
  const code = typeof status === 'number' ? CODE_OF_STATUS[status] : undefined;
  if (code === undefined) return new RoamgridError('internal', 'the gateway failed');
  return new RoamgridError(code, ERROR_KINDS[code].title);
}

/**
 * Bodies are taken as they are written: what is packed is refused before anyone unpacks it.
 *
 * @param encoding the request's `Content-Encoding`
 * @throws RoamgridError `unsupported_media_type`
 */
export function assertPlainBody(encoding: string | undefined): void {
  if (encoding === undefined || /^\s*(?:identity)?\s*$/i.test(encoding)) return;
  throw new RoamgridError('unsupported_media_type', 'a body is sent without content encoding');
}

@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger('http');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const known = toRoamgridError(error);
    if (known.code === 'internal') {
      this.#logger.error(
        `${request.method} failed`,
        error instanceof Error ? error.stack : String(error),
      );
    }
    if (known.code === 'unauthorized' && reply.getHeader('www-authenticate') === undefined) {
      void reply.header('www-authenticate', 'Bearer');
    }
    void reply
      .status(known.status)
      .header('content-type', 'application/problem+json; charset=utf-8')
      .send(JSON.stringify(problemOf(known, request.id)));
  }
}
