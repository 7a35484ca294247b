import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALABAMA_PLAIN, charge } from './charge.js';
import { at, Gateway, list, text, type Answer } from './gateway.js';

const HOME = 'alabama-power';
const STATION = 'DUKE-CLT-001';

/**
 * A driver's contract has versions. What the driver is quoted, what a mandate names and what the bill says follow
 * the version that was in force; an ended contract opens no charge, and what was charged is billed all the same.
 */
describe("a driver's contract", () => {
  let gateway: Gateway;
  let consumerId = '';
  let path = '';

  beforeAll(async () => {
    gateway = await Gateway.start();
    const found = await gateway.api(HOME, 'POST', '/consumers/search', { cin: ALABAMA_PLAIN });
    consumerId = text(found.body, 'items.0.consumerId');
    path = `/driver-contracts/${text(found.body, 'items.0.driverContract.driverContractId')}`;
  });

  afterAll(async () => {
    await gateway.dispose();
  });

  const read = async (address: string): Promise<Answer> => gateway.api(HOME, 'GET', address);
  const swipe = (): Promise<Answer> =>
    gateway.station(STATION, 'POST', '/swipes', {
      connectorId: 1,
      cin: ALABAMA_PLAIN,
      medium: 'rfid',
    });
  const audit = async (): Promise<unknown> => {
    const started = await gateway.api(HOME, 'POST', '/audit');
    let body: unknown;
    await gateway.until(async () => {
      ({ body } = await read(`/audit/${text(started.body, 'auditId')}`));
      return at(body, 'state') === 'done';
    }, 'the audit is done');
    return body;
  };
  /** A charge at another utility, once home has rated it. */
  async function charged(startWh: number, endedMinutesAgo: number): Promise<string> {
    const { sessionId } = await charge(gateway, {
      cin: ALABAMA_PLAIN,
      energyWh: 5_000,
      minutes: 30,
      startWh,
      endedMinutesAgo,
    });
    await gateway.until(
      async () => at((await read(`/sessions/${sessionId}`)).body, 'state') === 'rated',
      'home has rated the charge',
    );
    return sessionId;
  }

  it('stands on the consumer from the beginning on, signed by home, without the CIN', async () => {
    const { body, headers } = await read(path);
    expect(body).toMatchObject({
      consumerId,
      state: 'in_force',
      version: 1,
      document: { tier: 'none', previousHash: null, acceptance: { channel: 'paper' } },
    });
    expect(headers.get('etag')).toBe(`"${text(body, 'documentHash')}"`);
    expect(JSON.stringify(body)).not.toContain(ALABAMA_PLAIN);
    const consumer = await read(`/consumers/${consumerId}`);
    expect(at(consumer.body, 'driverContract.hash')).toBe(at(body, 'documentHash'));
  });

  it('a change is its next version; the bill says under which one each charge was', async () => {
    const first = await charged(1_000, 90);
    const before = (await read(path)).body;
    const ifMatch = `"${text(before, 'documentHash')}"`;
    const key = { idempotencyKey: 'gold-from-now', ifMatch };
    const change = { version: 2, tier: 'Gold' };
    const amended = await gateway.api(HOME, 'POST', `${path}/versions`, change, key);
    expect(amended.status).toBe(201);
    expect(amended.body).toMatchObject({
      version: 2,
      document: { tier: 'Gold', previousHash: at(before, 'documentHash') },
      versions: [
        { version: 2, state: 'in_force' },
        { version: 1, state: 'superseded' },
      ],
    });
    const again = await gateway.api(HOME, 'POST', `${path}/versions`, change, key);
    expect(again.body).toEqual(amended.body);
    const late = await gateway.api(HOME, 'POST', `${path}/versions`, { tier: 'none' }, { ifMatch });
    expect([late.status, at(late.body, 'code')]).toEqual([412, 'precondition_failed']);
    const other = { version: 2, tier: 'Platinum' };
    const taken = await gateway.api(HOME, 'POST', `${path}/versions`, other);
    expect([taken.status, at(taken.body, 'code')]).toEqual([409, 'state_conflict']);

    await gateway.until(async () => {
      const held = await gateway.api(
        'duke-energy',
        'GET',
        `/mandates?role=visited&state=active&partner=${HOME}`,
      );
      return list(held.body, 'items').every((one) => at(one, 'document.tier') !== 'none');
    }, 'the mandates of version 1 have ended');
    const second = await charged(11_000, 40);
    const mandates = await read('/mandates?role=home&state=active&partner=duke-energy');
    expect(text(mandates.body, 'items.0.document.contractBinding')).toHaveLength(64);

    const versionOne = await read(`${path}/versions/1`);
    expect(versionOne.body).toMatchObject({
      documentHash: at(before, 'documentHash'),
      state: 'superseded',
      validTo: at(amended.body, 'document.validFrom'),
    });
    const period = { from: new Date(Date.now() - 86_400_000).toISOString() };
    const to = new Date().toISOString();
    const bills = await gateway.api(HOME, 'POST', '/bills', { ...period, to });
    const bill = list(bills.body, 'items').find(
      (one) => at(one, 'document.consumerId') === consumerId,
    );
    const lines = list(bill, 'document.lines');
    const contractOf = (sessionId: string): unknown =>
      at(
        lines.find((one) => at(one, 'sessionId') === sessionId),
        'driverContract',
      );
    expect(contractOf(first)).toMatchObject({ version: 1, hash: at(before, 'documentHash') });
    expect(contractOf(second)).toMatchObject({
      version: 2,
      hash: at(amended.body, 'documentHash'),
    });
  });

  it('a change of the consumer is a version too, and what says nothing new is none', async () => {
    const patched = await gateway.api(HOME, 'PATCH', `/consumers/${consumerId}`, {
      limitAmount: '12000.00',
    });
    expect(at(patched.body, 'driverContract.version')).toBe(3);
    const same = await gateway.api(HOME, 'POST', `${path}/versions`, { limitAmount: '12000.00' });
    expect([same.status, at(same.body, 'version')]).toEqual([201, 3]);
    const mine = await read(`/driver-contracts?consumerId=${consumerId}&state=in_force`);
    expect(list(mine.body, 'items').map((one) => at(one, 'version'))).toEqual([3]);
  });

  it('ended it opens nothing; what was charged is billed; another contract may follow', async () => {
    const last = await charged(21_000, 0);
    const ended = await gateway.api(HOME, 'POST', `${path}/end`, { reason: 'moved away' });
    expect(ended.body).toMatchObject({
      state: 'ended',
      end: { document: { reason: 'moved away' } },
    });
    await gateway.until(
      async () => at((await swipe()).body, 'reason') === 'consumer_blocked',
      'the driver is refused',
    );
    const consumer = await read(`/consumers/${consumerId}`);
    expect(at(consumer.body, 'driverContract.hash')).toBeNull();
    const refused = await gateway.api(HOME, 'POST', `${path}/versions`, { tier: 'Platinum' });
    expect([refused.status, at(refused.body, 'code')]).toEqual([409, 'state_conflict']);
    const from = new Date(Date.now() - 86_400_000).toISOString();
    const to = new Date().toISOString();
    const bills = await gateway.api(HOME, 'POST', '/bills', { from, to });
    const lines = list(bills.body, 'items').flatMap((one) => list(one, 'document.lines'));
    expect(lines).toContainEqual(
      expect.objectContaining({
        sessionId: last,
        driverContract: expect.objectContaining({ version: 3 }),
      }),
    );
    const next = await gateway.api(HOME, 'POST', `/consumers/${consumerId}/driver-contracts`, {
      tier: 'Diamond',
    });
    expect(next.status).toBe(201);
    expect(next.body).toMatchObject({
      version: 1,
      state: 'in_force',
      document: { tier: 'Diamond' },
    });
    await gateway.until(
      async () => at((await swipe()).body, 'decision') === 'quoted',
      'the driver is served again',
    );
  });

  it('and the audit finds each consumer under the version in force', async () => {
    const report = await audit();
    expect(at(report, 'breaches')).toEqual([]);
    expect(Number(at(report, 'checked.contractHashInForce'))).toBeGreaterThan(0);
    expect(Number(at(report, 'checked.contractVersionsChained'))).toBeGreaterThan(4);
  });

  it('is nobody else’s: another utility, or a made-up id, finds nothing', async () => {
    const foreign = await gateway.api('duke-energy', 'GET', path);
    expect(foreign.status).toBe(404);
    const none = '/driver-contracts/019abcde-0000-7000-8000-000000000001/versions/1';
    expect((await read(none)).status).toBe(404);
  });
});
