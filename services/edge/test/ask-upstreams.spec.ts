import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { healthOf, openApiOf } from '../src/ask-upstreams.js';
import { edgeMetrics } from '../src/edge-metrics.js';
import { mergeOpenApi } from '../src/merge-open-api.js';
import type { Upstreams } from '../src/upstreams.js';

/** for a busy machine: everybody here answers or refuses at once */
const PATIENCE_MS = 60_000;
const DEAD = 'http://127.0.0.1:1';
const portal = {
  info: { title: 'portal' },
  paths: { '/x': {} },
  components: { schemas: { X: 1 } },
};
const station = {
  info: { title: 'station' },
  paths: { '/station/v1/swipes': {} },
  components: { schemas: { X: 2 }, securitySchemes: { station: {} } },
};

/** A program that describes itself and nothing else. */
async function standIn(answers: Record<string, unknown>): Promise<[Server, string]> {
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? ''];
    response.writeHead(answer === undefined ? 500 : 200).end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return [server, `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`];
}

describe('the programs behind the edge', () => {
  const servers: Server[] = [];
  let upstreams: Upstreams;

  beforeAll(async () => {
    const [server, origin] = await standIn({
      '/.well-known/openapi.json': station,
      '/oidc/jwks': { keys: [] },
      '/duke-energy/.well-known/openapi.json': portal,
    });
    servers.push(server);
    upstreams = {
      router: origin,
      identity: origin,
      portals: { 'alabama-power': DEAD, 'duke-energy': origin, 'georgia-power': origin },
    };
  });
  afterAll(() => {
    for (const server of servers) server.close();
  });

  it('are each asked whether they answer', async () => {
    expect(await healthOf(upstreams, {}, PATIENCE_MS)).toEqual([
      { name: 'router', state: 'up' },
      { name: 'identity', state: 'up' },
      { name: 'alabama-power/portal', state: 'down', detail: expect.any(String) },
      { name: 'duke-energy/portal', state: 'up' },
      { name: 'georgia-power/portal', state: 'down', detail: 'answers 500' },
    ]);
  });

  it('are measured', async () => {
    const text = await edgeMetrics(() => healthOf(upstreams, {}, PATIENCE_MS))();
    expect(text).toContain('roamgrid_edge_upstream_up{upstream="router"} 1');
    expect(text).toContain('roamgrid_edge_upstream_up{upstream="alabama-power/portal"} 0');
    expect(text).toContain('process_start_time_seconds');
  });

  it('describe themselves, joined into one document', async () => {
    expect(mergeOpenApi(await openApiOf(upstreams, PATIENCE_MS))).toEqual({
      info: { title: 'portal' },
      paths: { '/x': {}, '/station/v1/swipes': {} },
      components: { schemas: { X: 1 }, securitySchemes: { station: {} } },
    });
  });

  it('are left out of the document while they do not answer', async () => {
    expect(mergeOpenApi(await openApiOf({ ...upstreams, router: DEAD }, PATIENCE_MS))).toEqual(
      portal,
    );
    expect(mergeOpenApi(await openApiOf({ ...upstreams, portals: {} }, PATIENCE_MS))).toEqual(
      station,
    );
    const nobody = { router: DEAD, identity: DEAD, portals: {} };
    expect(mergeOpenApi(await openApiOf(nobody, PATIENCE_MS))).toEqual({
      paths: {},
      components: {},
    });
  });
});
