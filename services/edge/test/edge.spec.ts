import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
} from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  asyncApiDocument,
  startEdge,
  type HealthPart,
  type RunningEdge,
} from '../src/edge.module.js';

const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** A program behind the edge, played: it says what reached it, and echoes websocket bytes. */
class StandInUpstream {
  readonly #name: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(name: string) {
    this.#name = name;
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        response.writeHead(207, { 'content-type': 'application/json', 'x-upstream': this.#name });
        response.end(
          JSON.stringify({
            name: this.#name,
            url: request.url,
            method: request.method,
            headers: request.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      });
    });
    this.#server.on('connection', (socket) => this.#sockets.add(socket));
    this.#server.on('upgrade', (request, socket) => {
      const key = String(request.headers['sec-websocket-key']);
      const accept = createHash('sha1')
        .update(key + WEBSOCKET_GUID)
        .digest('base64');
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n` +
          `sec-websocket-accept: ${accept}\r\nsec-websocket-protocol: ocpp1.6\r\n\r\n`,
      );
      socket.pipe(socket);
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

describe('the edge', () => {
  const router = new StandInUpstream('router');
  const identity = new StandInUpstream('identity');
  const duke = new StandInUpstream('duke');
  let edge: RunningEdge;
  let origin: string;
  let parts: HealthPart[] = [];

  beforeAll(async () => {
    edge = await startEdge({
      host: '127.0.0.1',
      port: 0,
      upstreams: {
        router: await router.listen(),
        identity: await identity.listen(),
        portals: { 'duke-energy': await duke.listen(), 'dead-utility': 'http://127.0.0.1:1' },
      },
      health: () => Promise.resolve(parts),
      metrics: () => Promise.resolve('roamgrid_test 1\n'),
      documents: {
        openApi: () =>
          Promise.resolve({
            openapi: '3.1.0',
            info: { description: '<b>amounts</b>' },
            paths: { '/x': { get: { operationId: 'getX', summary: 'X', tags: ['T'] } } },
          }),
        asyncApi: asyncApiDocument(),
      },
      newTraceId: () => 'trace-1',
      log: { warn: () => undefined },
    });
    origin = `http://127.0.0.1:${String(edge.port)}`;
  });
  afterAll(async () => {
    await edge.stop();
    await Promise.all([router.stop(), identity.stop(), duke.stop()]);
  });

  it('says nothing to a client of the connection behind it', async () => {
    const passed = await fetch(`${origin}/duke-energy/api/v1/x`);
    expect(passed.headers.get('keep-alive')).not.toBe('timeout=5');
  });

  /** Sends a request line as it is: no client may tidy it up. */
  const raw = async (head: string): Promise<string> => {
    const socket = connect(edge.port, '127.0.0.1');
    socket.write(head);
    let text = '';
    for await (const chunk of socket) {
      text += String(chunk);
      if (text.includes('\r\n\r\n') && /content-length: (\d+)/i.test(text)) break;
    }
    socket.destroy();
    return text;
  };

  it('keeps a connection that a client leaves idle for a while', async () => {
    const agent = new Agent({ keepAlive: true });
    const request = httpRequest(`${origin}/health/live`, { agent }).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.headers['keep-alive']).toBe('timeout=65');
    agent.destroy();
  });

  it('passes a request on as it came, and says who it came from', async () => {
    const response = await fetch(`${origin}/duke-energy/api/v1/bills?limit=2&x=%20`, {
      method: 'POST',
      headers: { 'x-forwarded-for': '6.6.6.6', 'x-forwarded-host': 'evil', 'idempotency-key': 'k' },
      body: 'hello',
    });
    expect(response.status).toBe(207);
    expect(response.headers.get('x-upstream')).toBe('duke');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    const seen = (await response.json()) as { headers: Record<string, string> };
    expect(seen).toMatchObject({
      name: 'duke',
      url: '/duke-energy/api/v1/bills?limit=2&x=%20',
      method: 'POST',
      body: 'hello',
    });
    expect(seen.headers['idempotency-key']).toBe('k');
    expect(JSON.stringify(seen.headers)).not.toMatch(/6\.6\.6\.6|evil/);
  });

  it.each([
    ['/oidc/token', 'identity'],
    ['/station/v1/swipes', 'router'],
    ['/duke-energy/.well-known/jwks.json', 'duke'],
  ])('sends %s to %s', async (path, name) => {
    expect(await (await fetch(origin + path)).json()).toMatchObject({ name, url: path });
  });

  it('answers a problem for what is nowhere, and for a part that is down', async () => {
    const nowhere = await fetch(`${origin}/nowhere/at/all`);
    expect([nowhere.status, nowhere.headers.get('content-type')]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
    ]);
    expect(await nowhere.json()).toMatchObject({ code: 'not_found', traceId: 'trace-1' });
    const dead = await fetch(`${origin}/dead-utility/api/v1/sessions`);
    expect(dead.status).toBe(503);
    expect(await dead.json()).toMatchObject({ code: 'peer_unreachable' });
  });

  /** Says nothing of its length, so it is sent in chunks. */
  const chunked = (bytes: number): ReadableStream<Uint8Array> =>
    new ReadableStream({
      start(controller) {
        const part = 16_384;
        for (let sent = 0; sent < bytes; sent += part) {
          controller.enqueue(new Uint8Array(Math.min(part, bytes - sent)).fill(97));
        }
        controller.close();
      },
    });

  it.each([
    ['/duke-energy/api/v1/bills', 1_048_576, 207],
    ['/duke-energy/api/v1/bills', 1_048_577, 413],
    ['/duke-energy/api/v1/bills', 8_000_000, 413],
    ['/station/v1/swipes', 65_536, 207],
    ['/station/v1/swipes', 65_537, 413],
    ['/oidc/token', 57_344, 207],
    ['/oidc/token', 57_345, 413],
    ['/dead-utility/api/v1/bills', 8_000_000, 413],
  ])('to %s a body of %d bytes → %d, of known length or not', async (path, bytes, status) => {
    for (const body of [new Uint8Array(bytes).fill(97), chunked(bytes)]) {
      const response = await fetch(origin + path, { method: 'POST', body, duplex: 'half' });
      expect(response.status).toBe(status);
      const answer = (await response.json()) as { body?: string; code?: string };
      if (status === 413) expect(answer.code).toBe('payload_too_large');
      else expect(answer.body).toHaveLength(bytes);
    }
  });

  it.each([
    ['/duke-energy/api/v1/consumers', 3_000_000, 207],
    ['/duke-energy/api/v1/imports/cards?dryRun=true', 3_000_000, 207],
    ['/duke-energy/api/v1/consumers', 67_108_865, 413],
    ['/duke-energy/api/v1/bills', 3_000_000, 413],
    ['/duke-energy/api/v1/consumers/search', 3_000_000, 413],
  ])('to %s a table of %d bytes → %d', async (path, bytes, status) => {
    const body = new Uint8Array(bytes).fill(97);
    const headers = { 'content-type': 'text/csv; charset=utf-8' };
    const response = await fetch(origin + path, { method: 'POST', body, headers });
    expect(response.status).toBe(status);
    await response.body?.cancel();
    // held until its length is known, one without is no larger than any other body
    const endless = { method: 'POST', body: chunked(bytes), headers, duplex: 'half' as const };
    expect((await fetch(origin + path, endless)).status).toBe(413);
  });

  it('refuses a body that never ends, and closes', async () => {
    const text = await raw(
      `POST /oidc/token HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n` +
        `200000\r\n${'a'.repeat(0x200000)}\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(text).toMatch(/connection: close/i);
  });

  it.each([
    'GET /duke-energy/api/v1/../../metrics HTTP/1.1',
    'GET //duke-energy/api/v1 HTTP/1.1',
    'GET /x/%2e%2e/duke-energy/api/v1 HTTP/1.1',
    'GET http://elsewhere/duke-energy/api/v1 HTTP/1.1',
    'OPTIONS * HTTP/1.1',
  ])('refuses the trick %s', async (line) => {
    const text = await raw(`${line}\r\nhost: x\r\n\r\n`);
    expect(text).toMatch(/^HTTP\/1\.1 404 /);
  });

  const upgrade = (
    path: string,
  ): Promise<{ message?: IncomingMessage; socket?: Socket; status: number }> =>
    new Promise((resolve, reject) => {
      const request = httpRequest(origin + path, {
        headers: {
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
          'sec-websocket-version': '13',
          'sec-websocket-protocol': 'ocpp1.6',
        },
      });
      request.on('upgrade', (message, socket) => {
        resolve({ message, socket: socket, status: 101 });
      });
      request.on('response', (message) => {
        message.resume();
        resolve({ message, status: message.statusCode ?? 0 });
      });
      request.on('error', reject);
      request.end();
    });

  it("passes a station's websocket on, both ways", async () => {
    const { message, socket } = await upgrade('/ocpp/DUKE-CLT-001');
    expect(message?.headers['sec-websocket-protocol']).toBe('ocpp1.6');
    socket?.write('frame');
    const [echo] = (await once(socket as Socket, 'data')) as [Buffer];
    expect(echo.toString()).toBe('frame');
    socket?.destroy();
  });

  it('opens no other websocket', async () => {
    for (const path of ['/duke-energy/api/v1/sessions', '/oidc/token', '/', '/ocpp', '/nowhere']) {
      expect([path, (await upgrade(path)).status]).toEqual([path, 404]);
    }
  });

  it('is ready while every part is up, and names the part that is not', async () => {
    parts = [{ name: 'postgres', state: 'up' }];
    expect((await fetch(`${origin}/health/ready`)).status).toBe(200);
    parts = [...parts, { name: 'duke-energy/aaa', state: 'down', detail: 'no answer' }];
    const response = await fetch(`${origin}/health/ready`);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ status: 'not ready', parts });
    expect((await fetch(`${origin}/health/live`)).status).toBe(200);
    expect(await (await fetch(`${origin}/metrics`)).text()).toBe('roamgrid_test 1\n');
  });

  it('serves pages that fetch nothing from anywhere', async () => {
    for (const path of ['/', '/docs']) {
      const response = await fetch(origin + path);
      const page = await response.text();
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(page.match(/<h1>/g)).toHaveLength(1);
      expect(page).not.toMatch(/<script|<img|<link|src=|https?:\/\//);
    }
    const docs = await (await fetch(`${origin}/docs`)).text();
    expect(docs).toContain('&lt;b&gt;amounts');
    expect(docs).toContain('id="getX"');
    expect(await (await fetch(`${origin}/docs/openapi.json`)).json()).toMatchObject({
      openapi: '3.1.0',
    });
  });

  it('knows only GET and HEAD for its own pages', async () => {
    const posted = await fetch(`${origin}/docs`, { method: 'POST' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const head = await fetch(`${origin}/docs`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('says of the screens that they are not built: to people a page, to programs a problem', async () => {
    const page = await fetch(`${origin}/console/duke-energy/`, {
      headers: { accept: 'text/html' },
    });
    expect([page.status, page.headers.get('content-type')]).toEqual([
      501,
      'text/html; charset=utf-8',
    ]);
    expect(await (await fetch(`${origin}/kiosk/DUKE-CLT-001`)).json()).toMatchObject({
      code: 'not_built',
    });
  });

  describe('what never becomes a request', () => {
    async function answerTo(
      bytes: string,
    ): Promise<{ head: string; body: Record<string, unknown> }> {
      const { hostname, port } = new URL(origin);
      const socket = connect(Number(port), hostname);
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      // what is still being sent when the answer comes may be cut off
      socket.on('error', () => undefined);
      socket.write(bytes);
      await once(socket, 'close');
      const [head = '', body = ''] = Buffer.concat(chunks).toString().split('\r\n\r\n');
      return { head, body: JSON.parse(body) as Record<string, unknown> };
    }

    it.each([
      [
        'headers of 20 kB',
        `GET / HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(20_000)}`,
        431,
        'headers_too_large',
      ],
      ['no HTTP', 'HELO there\r\n\r\n', 400, 'malformed_request'],
    ])('%s is answered with a problem', async (_name, bytes, status, code) => {
      const { head, body } = await answerTo(bytes);
      expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${String(status)} `));
      expect(head).toContain('application/problem+json');
      expect(body).toMatchObject({ status, code });
    });
  });
});
