import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { at, Gateway, list, text, type Answer } from './gateway.js';

const ALABAMA = 'alabama-power';
const DUKE = 'duke-energy';
const GEORGIA = 'georgia-power';
const HYDRO = 'northern-hydro';
const GOLD = '84000195011000012374';
const PLAIN = '84000195011000045645';
const GEORGIAN = '84007140011000004236';
const AGREEMENT = `/agreements/${ALABAMA}--${DUKE}`;

/**
 * Two utilities propose, sign, amend, suspend and end their agreement while drivers charge: what runs finishes
 * under the version it began with and is billed; nothing new begins while the agreement rests.
 */
describe('the life of an agreement', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await Gateway.start();
  });
  afterAll(async () => {
    await gateway.dispose();
  });

  const act = (utility: string, action: string, body?: object, path = AGREEMENT): Promise<Answer> =>
    gateway.api(utility, 'POST', `${path}/${action}`, body, { as: 'approver' });
  const stateAt = async (utility: string, state: string): Promise<void> =>
    gateway.until(async () => {
      const answer = await gateway.api(utility, 'GET', AGREEMENT);
      return at(answer.body, 'state') === state;
    }, `${utility} has the agreement ${state}`);
  const swipe = (cin: string, connectorId = 1, stationId = 'DUKE-CLT-001'): Promise<Answer> =>
    gateway.station(stationId, 'POST', '/swipes', { connectorId, cin, medium: 'rfid' });
  /** where each running session charges; one connector each, so that no two overlap on one */
  const stationOf = new Map<string, string>();
  const begin = async (cin: string, stationId: string, connectorId: number): Promise<string> => {
    const quoted = await swipe(cin, connectorId, stationId);
    expect(at(quoted.body, 'decision')).toBe('quoted');
    const sessionId = text(quoted.body, 'sessionId');
    stationOf.set(sessionId, stationId);
    const path = `/sessions/${sessionId}`;
    await gateway.station(stationId, 'POST', `${path}/consent`, {
      quoteHash: at(quoted.body, 'quote.hash'),
    });
    const started = await gateway.station(stationId, 'POST', `${path}/start`, {
      meterWh: '1000',
      at: new Date(Date.now() - 3_600_000).toISOString(),
      offline: true,
    });
    expect(at(started.body, 'state')).toBe('charging');
    return sessionId;
  };
  const finish = async (sessionId: string): Promise<unknown> => {
    const stopped = await gateway.station(
      stationOf.get(sessionId) ?? '',
      'POST',
      `/sessions/${sessionId}/stop`,
      {
        meterWh: '11000',
        at: new Date().toISOString(),
        reason: 'full',
        offline: true,
      },
    );
    expect([stopped.status, at(stopped.body, 'state')]).toEqual([200, 'ended']);
    await gateway.until(async () => {
      const session = await gateway.api(ALABAMA, 'GET', `/sessions/${sessionId}`);
      return at(session.body, 'state') === 'rated';
    }, 'home has rated the session');
    const session = await gateway.api(DUKE, 'GET', `/sessions/${sessionId}`);
    const path = `/cdrs/${text(session.body, 'cdrId')}`;
    let cdr: unknown;
    await gateway.until(async () => {
      cdr = (await gateway.api(ALABAMA, 'GET', path)).body;
      return at(cdr, 'state') === 'accepted';
    }, 'home has accepted the CDR');
    return at(cdr, 'document');
  };

  it('begins with a proposal that the partner signs; before that nobody may charge', async () => {
    const none = await swipe(GEORGIAN, 1, 'NOR-TOR-001');
    expect(at(none.body, 'reason')).toBe('no_agreement');
    const tariffs = await gateway.api(HYDRO, 'GET', '/tariffs?purpose=wholesale&state=published');
    const like = (await gateway.api(HYDRO, 'GET', `/agreements?partner=${DUKE}`)).body;
    const terms = list(like, 'items.0.document.terms').find(
      (one) => at(one, 'visitedUtility') === HYDRO,
    ) as object;
    expect(list(tariffs.body, 'items').length).toBeGreaterThan(0);
    const document = at(like, 'items.0.document') as Record<string, unknown>;
    const { type, schemaVersion, agreementId, version, ...rest } = document;
    expect([type, schemaVersion, typeof agreementId, version]).toEqual([
      'agreement',
      1,
      'string',
      1,
    ]);
    const proposed = await gateway.api(HYDRO, 'POST', '/agreements', {
      ...rest,
      parties: [GEORGIA, HYDRO],
      terms: [{ ...terms, homeUtility: GEORGIA }],
    });
    expect([proposed.status, at(proposed.body, 'state')]).toEqual([201, 'proposed']);
    expect(at((await swipe(GEORGIAN, 1, 'NOR-TOR-001')).body, 'reason')).toBe('no_agreement');
    const path = `/agreements/${text(proposed.body, 'agreementId')}`;
    const early = await act(HYDRO, 'sign', undefined, path);
    expect([early.status, at(early.body, 'code')]).toEqual([409, 'state_conflict']);
    const stranger = await act(DUKE, 'sign', undefined, path);
    expect(stranger.status).toBe(404);
    const signed = await act(GEORGIA, 'sign', undefined, path);
    expect([signed.status, at(signed.body, 'state')]).toEqual([200, 'active']);
    expect(list(signed.body, 'signatures')).toHaveLength(2);
    // the driver is let in, as far as the rate of his currency is known at home
    await gateway.until(
      async () => at((await swipe(GEORGIAN, 1, 'NOR-TOR-001')).body, 'reason') !== 'no_agreement',
      'the agreement is in force at the station',
    );
  });

  it('is amended from an instant on: who charges already stays under the old version', async () => {
    const running = await begin(GOLD, 'DUKE-CLT-001', 1);
    const before = await gateway.api(DUKE, 'GET', AGREEMENT);
    const document = at(before.body, 'document') as Record<string, unknown>;
    const { type, schemaVersion, agreementId, version, ...rest } = document;
    expect([type, schemaVersion, typeof agreementId, version]).toEqual([
      'agreement',
      1,
      'string',
      1,
    ]);
    const proposed = await gateway.api(DUKE, 'POST', `${AGREEMENT}/amend`, {
      ...rest,
      notBefore: new Date().toISOString(),
      paymentTermDays: 14,
    });
    expect(proposed.status).toBe(201);
    expect((await act(ALABAMA, 'sign')).status).toBe(200);
    await stateAt(DUKE, 'active');
    const amended = await gateway.api(DUKE, 'GET', AGREEMENT);
    expect(at(amended.body, 'document.version')).toBe(2);
    // known drivers get a mandate under the new version; nobody comes in under the old one
    await gateway.until(async () => {
      const later = await swipe(PLAIN, 2);
      const session = await gateway.api(DUKE, 'GET', `/sessions/${text(later.body, 'sessionId')}`);
      const id = at(session.body, 'negotiationId');
      const negotiation = await gateway.api(DUKE, 'GET', `/negotiations/${String(id)}`);
      return at(negotiation.body, 'agreementHash') === at(amended.body, 'documentHash');
    }, 'a new driver charges under the new version');
    const cdr = await finish(running);
    expect(at(cdr, 'agreementHash')).toBe(at(before.body, 'documentHash'));
  });

  it('rests while suspended: cached drivers too are refused, what runs finishes', async () => {
    const running = await begin(GOLD, 'DUKE-CLT-001', 2);
    expect((await act(ALABAMA, 'suspend', { reason: 'unpaid' })).status).toBe(200);
    await stateAt(DUKE, 'suspended');
    await gateway.until(
      async () => at((await swipe(GOLD, 1)).body, 'reason') === 'no_agreement',
      'a driver with a mandate is refused',
    );
    expect((await act(DUKE, 'resume', { reason: 'not ours to lift' })).status).toBe(409);
    await finish(running);
    expect((await act(ALABAMA, 'resume', { reason: 'paid' })).status).toBe(200);
    await stateAt(DUKE, 'active');
    await gateway.until(
      async () => at((await swipe(GOLD, 1)).body, 'decision') === 'quoted',
      'the driver may charge again',
    );
  });

  it('ends with a session open, which finishes, is invoiced and billed under it', async () => {
    const running = await begin(PLAIN, 'DUKE-RDU-002', 1);
    const ended = await act(DUKE, 'end', { reason: 'we part' });
    expect([ended.status, at(ended.body, 'state')]).toEqual([200, 'ended']);
    await stateAt(ALABAMA, 'ended');
    await gateway.until(
      async () => at((await swipe(GOLD, 1)).body, 'reason') === 'no_agreement',
      'nobody new comes in',
    );
    const again = await act(DUKE, 'suspend', { reason: 'too late' });
    expect([again.status, at(again.body, 'code')]).toEqual([409, 'state_conflict']);
    const cdr = await finish(running);
    const to = new Date().toISOString();
    const from = new Date(Date.now() - 86_400_000).toISOString();
    const invoice = await gateway.api(DUKE, 'POST', '/billing-periods', {
      partner: ALABAMA,
      from,
      to,
    });
    expect(invoice.status).toBe(201);
    const lines = await gateway.api(
      DUKE,
      'GET',
      `/invoices/${text(invoice.body, 'invoiceId')}/lines`,
    );
    expect(list(lines.body, 'items').map((line) => at(line, 'cdrId'))).toContain(at(cdr, 'cdrId'));
    const bills = await gateway.api(ALABAMA, 'POST', '/bills', { from, to });
    expect(bills.status).toBe(201);
    const audit = await gateway.api(DUKE, 'POST', '/audit', {});
    await gateway.until(async () => {
      const done = await gateway.api(DUKE, 'GET', `/audit/${text(audit.body, 'auditId')}`);
      return at(done.body, 'state') === 'done' && list(done.body, 'breaches').length === 0;
    }, 'the books have no breach');
  });
});
