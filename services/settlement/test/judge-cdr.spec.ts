import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as contracts from '@roamgrid/contracts';
import { startTestPostgres, type PostgresServer } from '@roamgrid/persistence';
import { agree, buildCharge, HOME, VISITED, type ChargeOptions } from './charges.js';
import { openConsortium, type Consortium } from './consortium.js';
import { MemoryLedger } from './memory-ledger.js';

let server: PostgresServer;
let consortium: Consortium;

beforeAll(async () => {
  server = await startTestPostgres();
});

afterAll(async () => {
  await server.stop();
});

beforeEach(async () => {
  consortium = await openConsortium(server, [VISITED, HOME], new MemoryLedger());
  await agree(consortium.member(VISITED), consortium.member(HOME));
});

afterEach(async () => {
  await consortium.stop();
});

const FLAGGED: ChargeOptions = { flags: ['start_before_consent'] };

interface Charged {
  readonly sessionId: string;
  readonly cdrId: string;
}

async function charge(options: ChargeOptions = {}): Promise<Charged> {
  const built = await buildCharge(consortium, options);
  const { sessionId, visitedUtility } = built.charge;
  await consortium.bus.request(contracts.recordCharge, visitedUtility, built);
  const [row] = await consortium
    .member(visitedUtility)
    .database.query<{ cdr_id: string }>('SELECT cdr_id FROM cdr WHERE session_id = $1', [
      sessionId,
    ]);
  return { sessionId, cdrId: row?.cdr_id ?? '' };
}

const stateOf = (utility: string, kind: 'cdr' | 'session', id: string): unknown =>
  consortium.member(utility).facts.views.get(`${kind}:${id}`)?.['state'];

const close = (): Promise<contracts.InvoiceView> =>
  consortium.bus.request(contracts.closePeriod, VISITED, {
    partner: HOME,
    from: '2026-11-01T00:00:00Z',
    to: '2026-11-15T00:00:00Z',
  });

const bill = async (): Promise<contracts.SignedBill[]> => {
  const { items } = await consortium.bus.request(contracts.issueBills, HOME, {
    from: '2026-11-01T00:00:00Z',
    to: '2026-11-15T00:00:00Z',
  });
  return items;
};

async function object(cdrId: string, note = 'nobody was there', utility = HOME) {
  const judged = await consortium.bus.request(contracts.objectCdr, utility, {
    cdrId,
    reasonCode: 'session_unknown',
    note,
    by: 'billing',
  });
  await consortium.settleDown();
  return judged;
}

async function accept(cdrId: string, utility = HOME) {
  const judged = await consortium.bus.request(contracts.acceptCdr, utility, {
    cdrId,
    note: '',
    by: 'billing',
  });
  await consortium.settleDown();
  return judged;
}

async function balancesOf(utility: string): Promise<Record<string, string>> {
  const rows = await consortium.member(utility).database.query<{ account: string; sum: string }>(
    `SELECT account, sum(amount_minor)::text AS sum FROM journal_line
      GROUP BY account HAVING sum(amount_minor) <> 0`,
  );
  return Object.fromEntries(rows.map(({ account, sum }) => [account, sum]));
}

describe('a charge that began before its consent', () => {
  it('is held at visited at once, also while home is silent', async () => {
    const { sessionId, cdrId } = await charge(FLAGGED);
    await consortium.member(VISITED).context.outbox.drain();
    expect(stateOf(VISITED, 'cdr', cdrId)).toBe('held');
    expect(stateOf(VISITED, 'session', sessionId)).toBe('held');
    await expect(close()).rejects.toMatchObject({ code: 'nothing_to_invoice' });
  });

  it('is rated but on no invoice and no bill until home agrees', async () => {
    const { sessionId, cdrId } = await charge(FLAGGED);
    await consortium.settleDown();
    for (const utility of [VISITED, HOME]) {
      expect(stateOf(utility, 'cdr', cdrId)).toBe('held');
      expect(stateOf(utility, 'session', sessionId)).toBe('held');
    }
    expect(consortium.member(VISITED).facts.views.get(`cdr:${cdrId}`)).toMatchObject({
      document: { totalInclTax: '8.40', flags: ['start_before_consent'] },
    });
    await expect(close()).rejects.toMatchObject({ code: 'nothing_to_invoice' });
    expect(await bill()).toEqual([]);
    expect(await balancesOf(HOME)).toEqual({});

    expect(await accept(cdrId)).toMatchObject({ state: 'accepted' });
    for (const utility of [VISITED, HOME]) {
      expect(stateOf(utility, 'session', sessionId)).toBe('rated');
    }
    expect((await close()).invoice.document).toMatchObject({ lineCount: 1, payable: '7.99' });
    expect(await bill()).toMatchObject([{ document: { totalInclTax: '8.94' } }]);
  });

  it('at home waits for home to agree as well', async () => {
    const { sessionId, cdrId } = await charge({ ...FLAGGED, visited: HOME, home: HOME });
    await consortium.settleDown();
    expect(stateOf(HOME, 'session', sessionId)).toBe('held');
    expect(await bill()).toEqual([]);
    await accept(cdrId);
    expect(stateOf(HOME, 'session', sessionId)).toBe('rated');
    expect(await bill()).toMatchObject([{ document: { totalInclTax: '8.94' } }]);
  });
});

describe('home’s staff', () => {
  it('objects to an accepted CDR: held for both, owed and billed by nobody', async () => {
    const { sessionId, cdrId } = await charge();
    await consortium.settleDown();
    const owed = await balancesOf(HOME);
    expect(await object(cdrId)).toMatchObject({
      state: 'held',
      answer: { document: { answer: 'objected', reasonCode: 'session_unknown' } },
    });
    for (const utility of [VISITED, HOME]) {
      expect(stateOf(utility, 'cdr', cdrId)).toBe('held');
      expect(stateOf(utility, 'session', sessionId)).toBe('held');
    }
    expect(await balancesOf(HOME)).not.toHaveProperty('payable:delivered:duke-energy');
    await expect(close()).rejects.toMatchObject({ code: 'nothing_to_invoice' });
    expect(await bill()).toEqual([]);

    await accept(cdrId);
    expect(await balancesOf(HOME)).toEqual(owed);
    await object(cdrId);
    await accept(cdrId);
    expect(await balancesOf(HOME)).toEqual(owed);
    expect((await close()).invoice.document).toMatchObject({ lineCount: 1 });
    expect(await bill()).toHaveLength(1);
    for (const utility of [VISITED, HOME]) {
      const { breaches, checked } = await consortium.bus.request(contracts.auditBooks, utility, {});
      expect(breaches).toEqual([]);
      expect(checked).toMatchObject({ tariffsAgreed: 1, oneCdrPerTransaction: 1 });
    }
  });

  it('says the same twice with one effect, and nothing else meanwhile', async () => {
    const { cdrId } = await charge();
    await consortium.settleDown();
    const first = await object(cdrId);
    expect(await object(cdrId)).toEqual(first);
    await expect(object(cdrId, 'something else')).rejects.toMatchObject({ code: 'state_conflict' });
    const accepted = await accept(cdrId);
    expect(await accept(cdrId)).toEqual(accepted);
  });

  it('can no longer object once it is invoiced', async () => {
    const { cdrId } = await charge();
    await consortium.settleDown();
    await close();
    await consortium.settleDown();
    await expect(object(cdrId)).rejects.toMatchObject({ code: 'state_conflict' });
  });

  it('alone judges: visited cannot, nor of a CDR that is none', async () => {
    const { cdrId } = await charge();
    await consortium.settleDown();
    const unknown = '00000000-0000-4000-8000-000000000000';
    for (const [id, utility] of [
      [cdrId, VISITED],
      [unknown, HOME],
    ] as const) {
      await expect(object(id, 'why', utility)).rejects.toMatchObject({ code: 'not_found' });
      await expect(accept(id, utility)).rejects.toMatchObject({ code: 'not_found' });
    }
  });
});
