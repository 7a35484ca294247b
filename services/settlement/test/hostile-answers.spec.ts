import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { HttpCustomerBilling } from '../src/adapters/http-customer-billing.js';
import { HttpGateway } from '../src/adapters/http-gateway.js';
import type { CardOrder } from '../src/cards/ports.js';
import type { FeedEntry } from '../src/feed/ports.js';

const BOUND_MS = 2_000;
const TEN_GIGABYTES = 10_000_000_000;
/** what the socket and the server hold between them before anybody notices; far below 10 GB */
const IN_BETWEEN_BYTES = 32 * 1024 * 1024;
const CHUNK = Buffer.alloc(65_536, ' ');

/** Sends as fast as it is taken, until the other side goes. */
function sendUntilGone(response: ServerResponse, onBytes: (bytes: number) => void): void {
  const more = (): void => {
    let isTaken = true;
    while (isTaken && !response.destroyed) {
      onBytes(CHUNK.length);
      isTaken = response.write(CHUNK);
    }
  };
  response.on('drain', more);
  more();
}

const json = (value: unknown) => (response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
};
const text = (body: string) => (response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(body);
};

let sentBytes = 0;
const count = (bytes: number): void => void (sentBytes += bytes);

/** Each is an answer to something that was asked; none may be believed. */
const HOSTILE: [string, (response: ServerResponse) => void][] = [
  [
    '10 GB, announced',
    (response) => {
      response.writeHead(200, { 'content-length': String(TEN_GIGABYTES) });
      sendUntilGone(response, count);
    },
  ],
  [
    '10 GB, in chunks',
    (response) => {
      response.writeHead(200);
      sendUntilGone(response, count);
    },
  ],
  [
    'a megabyte packed into a kilobyte',
    (response) => {
      const packed = gzipSync(Buffer.alloc(1_048_576, ' '));
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed);
    },
  ],
  [
    'one that never ends',
    (response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 50);
      response.on('close', () => {
        clearInterval(drip);
      });
    },
  ],
  ['one that never begins', () => undefined],
  ['30,000 lists in each other', text('['.repeat(30_000) + ']'.repeat(30_000))],
  ['30,000 objects in each other', text('{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000))],
  ['no JSON', text('<html>OK</html>')],
  ['nothing', text('')],
  ['a list', json([{ reference: 'A', outcome: 'done' }])],
  ['a number', json(200)],
  ['null', json(null)],
  ['a reference that is a number', json({ reference: 7, outcome: 'done' })],
  ['an empty reference', json({ reference: '', outcome: 'done' })],
  ['a reference of 65 characters', json({ reference: 'x'.repeat(65), outcome: 'done' })],
  ['a reference with a NUL', json({ reference: 'A\u0000B', outcome: 'done' })],
  [
    'the address of somebody else',
    (response) => {
      response.writeHead(307, { location: 'http://169.254.169.254/' }).end();
    },
  ],
];

describe('B095: systems that money leaves for answer with anything', () => {
  let server: Server;
  let url = '';
  let behave: (response: ServerResponse) => void = () => undefined;
  let hasClosed: Promise<unknown> = Promise.resolve();

  beforeAll(async () => {
    server = createServer((request, response) => {
      hasClosed = once(response, 'close');
      request.resume();
      behave(response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    sentBytes = 0;
  });

  const feed = () =>
    new HttpCustomerBilling({ url, token: null, utility: 'duke-energy', answerBoundMs: BOUND_MS });
  const provider = () => new HttpGateway({ url, token: null, answerBoundMs: BOUND_MS });
  const entry = {
    key: 'bill:1',
    kind: 'bill',
    billId: 'b-1',
    cdrId: null,
    consumerId: 'c-1',
    due: { currency: 'USD', minor: 100n },
    collectMinor: 100n,
    signed: { document: {}, documentHash: 'ab', signature: 'cd' },
  } as unknown as FeedEntry;
  const order: CardOrder = {
    key: 'order-1',
    operation: 'charge',
    method: 'token',
    currency: 'USD',
    amountMinor: 100n,
    upon: null,
  };

  describe.each(HOSTILE)('%s', (_what, answer) => {
    it.each<[string, () => Promise<unknown>]>([
      ['customer billing', () => feed().deliver(entry)],
      ['the payment provider, ordering', () => provider().execute(order)],
      ['the payment provider, asking', () => provider().find(order.key)],
    ])('from %s is cut off and is no answer: it is asked again', async (_who, ask) => {
      behave = answer;
      // an unknown outcome, which the books keep open; neither done nor refused
      await expect(ask()).rejects.toHaveProperty('name');
      await hasClosed;
      expect(sentBytes).toBeLessThan(IN_BETWEEN_BYTES);
      behave = json({ reference: 'R-1', outcome: 'done' });
      expect(await ask()).toMatchObject({ reference: 'R-1' });
    });
  });

  it('a refusal that is told at length is kept short, and without control characters', async () => {
    behave = (response) => {
      response.writeHead(422).end(`no\u0000\u001b[2J${'x'.repeat(5_000)}`);
    };
    const refused = await feed().deliver(entry);
    expect(refused).toMatchObject({ outcome: 'refused' });
    const reason = 'reason' in refused ? refused.reason : '';
    expect(reason).toMatch(/^422: no {2}\[2Jx+$/);
    expect(reason.length).toBeLessThan(210);
    behave = json({ outcome: 'declined', reason: `no\u0000${'x'.repeat(5_000)}` });
    const declined = await provider().execute(order);
    expect(declined).toEqual({ outcome: 'declined', reason: `no ${'x'.repeat(297)}` });
  });

  it('a refusal without an end is no refusal', async () => {
    behave = (response) => {
      response.writeHead(422);
      sendUntilGone(response, count);
    };
    await expect(feed().deliver(entry)).rejects.toHaveProperty('name', 'AnswerTooLong');
  });
});
