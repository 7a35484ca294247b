import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALABAMA_PLAIN, charge, GOLD } from './charge.js';
import { at, Gateway, list, text } from './gateway.js';

const ALABAMA = 'alabama-power';

interface Received {
  readonly key: string;
  readonly body: Record<string, unknown>;
}

/** A customer billing system as a utility might have one: it keeps what it was given, by key. */
class CustomerBilling {
  mode: 'away' | 'answerLost' | 'refuses' | 'takes' = 'takes';
  readonly received: Received[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        if (this.mode === 'away') {
          response.writeHead(503).end();
          return;
        }
        const key = String(request.headers['idempotency-key']);
        this.received.push({ key, body: JSON.parse(body) as Record<string, unknown> });
        if (this.mode === 'answerLost') {
          request.socket.destroy();
          return;
        }
        response.writeHead(this.mode === 'refuses' ? 422 : 201);
        response.end(JSON.stringify({ reference: `CB-${key.slice(-12)}` }));
      });
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${String(port)}/{utility}/bills`;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  keys(): string[] {
    return [...new Set(this.received.map(({ key }) => key))];
  }
}

/** The driver gets one bill from home: each bill reaches the utility's own customer billing, once. */
describe('the feed to customer billing', () => {
  let gateway: Gateway;
  const billing = new CustomerBilling();

  beforeAll(async () => {
    process.env['CUSTOMER_BILLING_URL'] = await billing.listen();
    // it is told where customer billing is
    gateway = await Gateway.start({ own: true });
  });

  afterAll(async () => {
    await gateway.dispose();
    await billing.close();
    delete process.env['CUSTOMER_BILLING_URL'];
  });

  const feedOf = async (billId: string): Promise<unknown> =>
    at((await gateway.api(ALABAMA, 'GET', `/bills/${billId}`)).body, 'feed');

  const reach = (billId: string, state: string): Promise<void> =>
    gateway.until(
      async () => at(await feedOf(billId), 'state') === state,
      `the bill is ${state} at customer billing`,
    );

  async function billed(cin: string, connectorId: number): Promise<string> {
    const { sessionId } = await charge(gateway, { cin, connectorId });
    await gateway.until(async () => {
      const session = await gateway.api(ALABAMA, 'GET', `/sessions/${sessionId}`);
      return at(session.body, 'state') === 'rated';
    }, 'home has the charge');
    const made = await gateway.api(ALABAMA, 'POST', '/bills', {
      from: new Date(Date.now() - 86_400_000).toISOString(),
      to: new Date().toISOString(),
    });
    expect(list(made.body, 'items')).toHaveLength(1);
    return text(made.body, 'items.0.billId');
  }

  let billId: string;

  it('is tried until it is acknowledged, under one key, whatever is lost on the way', async () => {
    billing.mode = 'away';
    billId = await billed(GOLD, 1);
    await gateway.until(
      async () => Number(at(await feedOf(billId), 'attempts')) > 0,
      'the system was asked',
    );
    expect(await feedOf(billId)).toMatchObject({ state: 'pending', through: 'http' });
    billing.mode = 'answerLost';
    await gateway.until(() => Promise.resolve(billing.received.length > 0), 'it arrived');
    expect(await feedOf(billId)).toMatchObject({ state: 'pending' });
    billing.mode = 'takes';
    await reach(billId, 'delivered');
    expect(billing.keys()).toEqual([`bill:${billId}`]);
    expect(await feedOf(billId)).toMatchObject({ reference: expect.stringMatching(/^CB-/) });
    const bill = await gateway.api(ALABAMA, 'GET', `/bills/${billId}`);
    expect(billing.received.at(-1)?.body).toMatchObject({
      kind: 'bill',
      utility: ALABAMA,
      amountDue: at(bill.body, 'document.amountDue'),
      documentHash: at(bill.body, 'documentHash'),
      document: { lines: [{ stationId: 'DUKE-CLT-001' }] },
    });
  });

  it('takes a credit after the bill', async () => {
    const credited = await gateway.api(ALABAMA, 'POST', `/bills/${billId}/credit`, {
      reason: 'goodwill',
    });
    expect(credited.status).toBe(201);
    await gateway.until(async () => {
      const { body } = await gateway.api(ALABAMA, 'GET', `/bills/${billId}`);
      return at(body, 'creditFeeds.0.state') === 'delivered';
    }, 'the credit is delivered');
    const total = text(billing.received[0]?.body, 'amountDue');
    expect(billing.received.at(-1)?.body).toMatchObject({
      kind: 'billCredit',
      billId,
      amountDue: `-${total}`,
    });
  });

  it('shows what customer billing refuses', async () => {
    billing.mode = 'refuses';
    const refused = await billed(ALABAMA_PLAIN, 2);
    await reach(refused, 'refused');
    expect(at(await feedOf(refused), 'detail')).toMatch(/^422/);
  });

  it('leaves books that hold', async () => {
    const { body } = await gateway.api(ALABAMA, 'POST', '/audit');
    const path = `/audit/${text(body, 'auditId')}`;
    await gateway.until(
      async () => at((await gateway.api(ALABAMA, 'GET', path)).body, 'state') === 'done',
      'the audit is done',
    );
    expect(at((await gateway.api(ALABAMA, 'GET', path)).body, 'breaches')).toEqual([]);
  });
});
