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

  /** the newest paper of a kind */
  last(kind: string): Record<string, unknown> | undefined {
    return this.received.findLast(({ body }) => body['kind'] === kind)?.body;
  }

  keys(): string[] {
    return [...new Set(this.received.map(({ key }) => key))];
  }
}

/**
 * The driver gets one bill from home: each charge reaches the utility's own customer billing as it is rated, once,
 * and the bill that shows it adds nothing to what is collected.
 */
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

  async function charged(cin: string, connectorId: number): Promise<string> {
    const { sessionId } = await charge(gateway, { cin, connectorId });
    let cdrId = '';
    await gateway.until(async () => {
      const session = await gateway.api(ALABAMA, 'GET', `/sessions/${sessionId}`);
      cdrId = String(at(session.body, 'cdrId'));
      return at(session.body, 'state') === 'rated';
    }, 'home has the charge');
    return cdrId;
  }

  const itemsOf = async (cdrId: string): Promise<unknown> =>
    at((await gateway.api(ALABAMA, 'GET', `/cdrs/${cdrId}`)).body, 'feed');

  /** What customer billing collects in all: it takes each key once. */
  const collected = (): number => {
    const byKey = new Map(billing.received.map(({ key, body }) => [key, body]));
    return [...byKey.values()].reduce((sum, body) => sum + Number(text(body, 'collect')), 0);
  };

  async function billed(): Promise<string> {
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
    const cdrId = await charged(GOLD, 1);
    await gateway.until(
      async () => Number(at(await itemsOf(cdrId), '0.attempts')) > 0,
      'the system was asked',
    );
    expect(at(await itemsOf(cdrId), '0')).toMatchObject({ state: 'pending', through: 'http' });
    billing.mode = 'answerLost';
    await gateway.until(() => Promise.resolve(billing.received.length > 0), 'it arrived');
    billing.mode = 'takes';
    await gateway.until(
      async () => at(await itemsOf(cdrId), '0.state') === 'delivered',
      'the charge is acknowledged, before there is a bill',
    );
    expect(billing.keys()).toEqual([`charge:${cdrId}`]);
    expect(at(await itemsOf(cdrId), '0')).toMatchObject({
      kind: 'charge',
      reference: expect.stringMatching(/^CB-/),
    });
    billId = await billed();
    await reach(billId, 'delivered');
    expect(billing.keys()).toEqual([`charge:${cdrId}`, `bill:${billId}`]);
    expect(billing.received.at(-1)?.body).toMatchObject({ collect: '0.00' });
    expect(collected()).toBe(Number(text(billing.received.at(-1)?.body, 'amountDue')));
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
    const total = text(billing.received[0]?.body, 'collect');
    // two papers, each on its own way
    await gateway.until(
      () => Promise.resolve(billing.last('chargeReversal') !== undefined),
      'the charge is taken back',
    );
    expect(billing.last('chargeReversal')).toMatchObject({ collect: `-${total}` });
    expect(billing.last('billCredit')).toMatchObject({
      billId,
      amountDue: `-${total}`,
      collect: '0.00',
    });
    expect(collected()).toBe(0);
  });

  it('shows what customer billing refuses', async () => {
    billing.mode = 'refuses';
    const cdrId = await charged(ALABAMA_PLAIN, 2);
    await gateway.until(
      async () => at(await itemsOf(cdrId), '0.state') === 'refused',
      'the charge is refused at customer billing',
    );
    expect(at(await itemsOf(cdrId), '0.detail')).toMatch(/^422/);
    const refused = await billed();
    await reach(refused, 'refused');
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
