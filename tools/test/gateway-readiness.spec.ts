import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DemoGateway } from '../src/demo-gateway.js';

/** A gateway that only tells its health. */
describe('the readiness of a gateway', () => {
  let server: Server;
  let folder: string;
  let status = 200;
  let parts: object[] = [];

  beforeAll(async () => {
    server = createServer((_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ status: 'told', parts }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    folder = await mkdtemp(join(tmpdir(), 'roamgrid readiness '));
    const baseUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const consortium = { clientId: 'none', clientSecret: 'none' };
    const credentials = { baseUrl, stations: {}, clients: {}, consortium };
    await writeFile(join(folder, 'demo-credentials.json'), JSON.stringify(credentials));
  });

  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('counts the parts that are up and names those that are not', async () => {
    parts = [
      { name: 'duke-energy/aaa', state: 'up' },
      { name: 'duke-energy/crp', state: 'down', detail: 'no database' },
    ];
    const gateway = await DemoGateway.open(folder);
    expect(await gateway.readiness()).toEqual({
      up: 1,
      down: ['duke-energy/crp is down (no database)'],
    });
  });

  it('is told with each part that is down where nothing can be asked', async () => {
    status = 503;
    await expect(DemoGateway.open(folder)).rejects.toThrow(
      /is not ready: duke-energy\/crp is down \(no database\)\./,
    );
  });
});
