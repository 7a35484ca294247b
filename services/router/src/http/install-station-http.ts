import { runInTrace } from '@roamgrid/messaging';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { assertPlainBody } from '@roamgrid/platform';
import type { StationGate } from '../stations/station-gate.js';
import { assertMethod } from './assert-method.js';
import { parseBytes } from './read-body.js';
import { stationApiDocument } from './station-api-document.js';
import { originOfRequest, type StationRequest } from './station-request.js';

const STATION_PATHS = /^\/+station(?:\/|\?|$)/i;

/**
 * What stands before the handlers: who asks is settled before the body is read, bodies are parsed
 * without loss, and everything runs in the request's trace.
 */
export function installStationHttp(fastify: FastifyInstance, gate: StationGate): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    (_request, bytes, done) => {
      done(null, parseBytes(Buffer.from(bytes)));
    },
  );
  fastify.decorateRequest('station', null);
  fastify.get('/.well-known/openapi.json', () => stationApiDocument());
  fastify.addHook('onRequest', async (request, reply) => {
    if (!STATION_PATHS.test(request.url)) return;
    void reply.header('www-authenticate', 'Basic realm="roamgrid"');
    (request as StationRequest).station = await gate.request(knockOf(request));
    void reply.removeHeader('www-authenticate');
    void reply.header('cache-control', 'no-store');
    assertMethod(request, reply);
    assertPlainBody(request.headers['content-encoding']);
  });
  fastify.addHook('preHandler', (request, _reply, done) => {
    runInTrace({ traceId: request.id }, done);
  });
}

function knockOf(request: FastifyRequest): Parameters<StationGate['request']>[0] {
  return {
    url: request.url,
    authorization: request.headers.authorization,
    address: originOfRequest(request).address,
  };
}
