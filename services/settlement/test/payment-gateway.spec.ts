import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll } from '@jest/globals';
import { parseMoney } from '@roamgrid/kernel';
import { startTestPostgres, testDatabase, type PostgresServer } from '@roamgrid/persistence';
import { settlementMigrations } from '@roamgrid/settlement';
import { HttpGateway } from '../src/adapters/http-gateway.js';
import { SandboxGateway } from '../src/adapters/sandbox-gateway.js';
import type { CardOrder, CardOutcome } from '../src/cards/ports.js';
import { specifyPaymentGateway } from './payment-gateway-specification.js';

let server: PostgresServer;
let drop: () => Promise<void>;
let sandbox: SandboxGateway;
let provider: Server;
let http: HttpGateway;
let nowMs = Date.parse('2026-11-20T12:00:00Z');

/** A provider's HTTP API over the sandbox; where that gives no answer, the connection breaks. */
async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const outcome = await answer(request, body).catch(() => 'none' as const);
  if (outcome === 'none') request.socket.destroy();
  else if (outcome === null) response.writeHead(404).end();
  else response.writeHead(200).end(JSON.stringify(outcome));
}

function answer(request: IncomingMessage, body: string): Promise<CardOutcome | null> {
  const [, , key] = (request.url ?? '').split('/');
  if (request.method === 'GET') return sandbox.find(decodeURIComponent(key ?? ''));
  const { amount, ...order } = JSON.parse(body) as Omit<CardOrder, 'amountMinor'> & {
    amount: string;
  };
  return sandbox.execute({ ...order, amountMinor: parseMoney(amount, order.currency).minor });
}

beforeAll(async () => {
  server = await startTestPostgres();
  const test = await testDatabase(server, {
    schema: 'settlement',
    migrations: settlementMigrations,
  });
  drop = () => test.drop();
  sandbox = new SandboxGateway(test.database, () => nowMs);
  provider = createServer((request, response) => void serve(request, response));
  provider.listen(0, '127.0.0.1');
  await once(provider, 'listening');
  const { port } = provider.address() as AddressInfo;
  http = new HttpGateway({ url: `http://127.0.0.1:${String(port)}`, token: 'secret' });
});

afterAll(async () => {
  provider.close();
  provider.closeAllConnections();
  await drop();
  await server.stop();
});

const wait = (): void => {
  nowMs += 10_000;
};

specifyPaymentGateway('the sandbox provider', () => sandbox, wait);
specifyPaymentGateway('a provider over HTTP', () => http, wait);
