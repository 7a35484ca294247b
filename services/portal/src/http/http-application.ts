import { NestFactory } from '@nestjs/core';
import type { DynamicModule } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { RoamgridError } from '@roamgrid/kernel';
import { nestLogger, ProblemFilter, problemOf, type ServiceContext } from '@roamgrid/platform';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { JWTVerifyGetKey } from 'jose';
import { openApiDocument } from '../open-api/open-api-document.js';
import { addressOf, CSV } from './csv-body.js';
import type { Idempotency } from './idempotency.js';
import { RouteInterceptor } from './route-interceptor.js';
import { TokenGuard } from './token-guard.js';
import { audienceOf } from './verify-token.js';

const BODY_LIMIT_BYTES = 1_048_576;

export interface TokenSource {
  /** of the tokens this API accepts */
  readonly issuer: string;
  /** where the issuer's public keys are found: `publishedKeys(jwksUri)` */
  readonly keys: JWTVerifyGetKey;
}

function createAdapter(newTraceId: () => string): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    genReqId: newTraceId,
    rewriteUrl: addressOf,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (_error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      const error = new RoamgridError('malformed_request', 'the request cannot be read');
      void reply
        .status(error.status)
        .type('application/problem+json; charset=utf-8')
        .send(JSON.stringify(problemOf(error, request.id)));
    },
  });
}

/** The public keys with which the utility signs documents, and the one that PINs are encrypted to. */
function serveKeys(server: FastifyInstance, context: ServiceContext): void {
  server.get(`/${context.utility}/.well-known/jwks.json`, async (_request, reply) => {
    const { keys } = context.registry.entry(context.utility);
    await reply
      .type('application/json; charset=utf-8')
      .header('cache-control', 'public, max-age=300')
      .send(JSON.stringify({ keys }));
  });
}

/** What this API offers, for the edge to show together with the station's. */
function serveOpenApi(server: FastifyInstance, utility: string, issuer: string): void {
  const document = JSON.stringify(openApiDocument('/', issuer));
  server.get(`/${utility}/.well-known/openapi.json`, async (_request, reply) => {
    await reply.type('application/json; charset=utf-8').send(document);
  });
}

/**
 * Bodies stay bytes until the token is checked: nobody's JSON is parsed for nothing. A table is not read at all
 * before: who takes it reads it piece by piece, up to a limit of its own.
 */
function keepBodiesAsBytes(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(CSV, (_request, payload, done) => {
    done(null, payload);
  });
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
}

export interface HttpApplicationOptions {
  readonly module: DynamicModule;
  readonly context: ServiceContext;
  readonly tokens: TokenSource;
  readonly idempotency: Idempotency;
}

/** The HTTP side: `/{utility}/api/v1` behind the token guard, and the utility's public keys. */
export async function createHttpApplication({
  module,
  context,
  tokens,
  idempotency,
}: HttpApplicationOptions): Promise<NestFastifyApplication> {
  const { utility, clock, ids, log } = context;
  const app = await NestFactory.create<NestFastifyApplication>(
    module,
    createAdapter(() => ids.uuid()),
    { logger: nestLogger(log), bodyParser: false, abortOnError: false },
  );
  const server = app.getHttpAdapter().getInstance();
  keepBodiesAsBytes(server);
  serveKeys(server, context);
  serveOpenApi(server, utility, tokens.issuer);
  app.setGlobalPrefix(`${utility}/api/v1`);
  app.useGlobalFilters(new ProblemFilter());
  app.useGlobalGuards(
    new TokenGuard({ audience: audienceOf(utility), ...tokens, now: () => clock.now() }),
  );
  app.useGlobalInterceptors(new RouteInterceptor(idempotency));
  return app;
}
