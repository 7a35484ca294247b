import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { runInTrace } from '@roamgrid/messaging';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { firstValueFrom, from, type Observable } from 'rxjs';
import { keyOf, type Idempotency } from './idempotency.js';
import { entityTag, ifMatchOf } from './entity-tag.js';
import { nextLink } from './page.js';
import { parseCall } from './parse-call.js';
import type { Route, RouteCall } from './route.js';
import { keepCall, routeOf } from './serves.js';
import type { SpooledTable } from './spooled-table.js';
import { FORMAT_TYPES, formatOf, Table } from './table.js';
import { callerOf } from './token-guard.js';

/** Reads the request, runs the handler (once per idempotency key) and completes the answer. */
@Injectable()
export class RouteInterceptor implements NestInterceptor {
  readonly #idempotency: Idempotency;

  constructor(idempotency: Idempotency) {
    this.#idempotency = idempotency;
  }

  intercept(context: ExecutionContext, next: CallHandler<object>): Observable<object | string> {
    const route = routeOf(context);
    if (route === undefined) return next.handle();
    const http = context.switchToHttp();
    return from(this.#answer(route, http.getRequest(), http.getResponse(), next));
  }

  async #answer(
    route: Route,
    request: FastifyRequest,
    reply: FastifyReply,
    next: CallHandler<object>,
  ): Promise<object | string> {
    const caller = callerOf(request);
    const ifMatch = ifMatchOf(request.headers['if-match']);
    const call = { ...(await parseCall(route, request)), caller, ifMatch };
    keepCall(request, call);
    try {
      const body = await this.#once(request, call, next);
      return this.#completed(route, request, reply, body);
    } finally {
      if (route.takesCsv) await (call.body as { table: SpooledTable }).table.release();
    }
  }

  /** The handler's answer, or the one that the request's key stands for. */
  #once(
    request: FastifyRequest,
    { caller, body }: Pick<RouteCall<Route>, 'caller' | 'body'>,
    next: CallHandler<object>,
  ): Promise<object> {
    const run = (): Promise<object> =>
      runInTrace({ traceId: request.id }, () => firstValueFrom(next.handle()));
    const { method, url } = request;
    const key = method === 'POST' ? keyOf(request.headers['idempotency-key']) : null;
    if (key === null) return run();
    return this.#idempotency.once({ clientId: caller.clientId, key, method, url }, body, run);
  }

  #completed(
    route: Route,
    request: FastifyRequest,
    reply: FastifyReply,
    body: object,
  ): object | string {
    void reply.header('cache-control', 'no-store');
    const revision = route.revision?.(body) ?? null;
    if (revision !== null) void reply.header('etag', entityTag(revision));
    const link = nextLink(request.url, body instanceof Table ? body.json : body);
    if (link !== null) void reply.header('link', link);
    return body instanceof Table ? represent(body, request, reply) : body;
  }
}

/** A table in the format that was asked for. */
function represent(table: Table, request: FastifyRequest, reply: FastifyReply): object | string {
  const format = formatOf(request);
  void reply.header('vary', 'accept');
  if (format === 'json') return table.json;
  void reply.type(FORMAT_TYPES[format]);
  return table.text(format);
}
