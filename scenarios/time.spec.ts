import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GOLD } from './charge.js';
import { at, Gateway, list, text } from './gateway.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DUKE = 'duke-energy';
const ALABAMA = 'alabama-power';
const NEW_YORK = 'America/New_York';

function hourIn(timeZone: string, ms: number): number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, hour: 'numeric', hourCycle: 'h23' });
  return Number(format.format(ms));
}

/** The last whole hour, at least some hours ago, at which a local clock strikes. */
function lastHour(timeZone: string, hour: number, leastHoursAgo: number): number {
  let ms = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - leastHoursAgo * HOUR_MS;
  while (hourIn(timeZone, ms) !== hour) ms -= HOUR_MS;
  return ms;
}

/** The last change of clocks that a station may still report about; null where there was none. */
function lastClockChange(timeZone: string): number | null {
  const now = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  for (let ms = now - 12 * HOUR_MS; ms > now - 28 * DAY_MS; ms -= HOUR_MS) {
    const stepped = hourIn(timeZone, ms) - hourIn(timeZone, ms - HOUR_MS);
    if (stepped !== 1 && stepped !== -23) return ms;
  }
  return null;
}

/**
 * What the clock on the wall does to a charge: the tariff's windows, midnight, the end of a period, the night in
 * which clocks change, and a tariff published while the car charges.
 */
describe('time', () => {
  let gateway: Gateway;
  let registerWh = 1_000;

  beforeAll(async () => {
    gateway = await Gateway.start();
  });

  afterAll(async () => {
    await gateway.dispose();
  });

  interface Visit {
    readonly stationId: string;
    readonly utility: string;
    readonly fromMs: number;
    readonly toMs: number;
    readonly during?: () => Promise<void>;
  }
  /** Charges at an even 5 kW, told by the station when it is on-line again. */
  async function visit({ stationId, utility, fromMs, toMs, during }: Visit): Promise<unknown> {
    const post = (path: string, body: object) => gateway.station(stationId, 'POST', path, body);
    const swipe = await post('/swipes', { connectorId: 1, cin: GOLD, medium: 'rfid' });
    const sessionId = text(swipe.body, 'sessionId');
    await post(`/sessions/${sessionId}/consent`, { quoteHash: at(swipe.body, 'quote.hash') });
    const when = (ms: number) => ({ at: new Date(ms).toISOString(), offline: true });
    const started = await post(`/sessions/${sessionId}/start`, {
      meterWh: String(registerWh),
      ...when(fromMs),
    });
    expect(started.status).toBe(200);
    await during?.();
    registerWh += ((toMs - fromMs) / HOUR_MS) * 5_000;
    const stopped = await post(`/sessions/${sessionId}/stop`, {
      meterWh: String(registerWh),
      reason: 'full',
      ...when(toMs),
    });
    expect([stopped.status, at(stopped.body, 'bill') !== undefined]).toEqual([200, true]);
    let cdr: unknown;
    await gateway.until(async () => {
      const session = await gateway.api(utility, 'GET', `/sessions/${sessionId}`);
      if (at(session.body, 'state') !== 'rated') return false;
      cdr = (await gateway.api(utility, 'GET', `/cdrs/${text(session.body, 'cdrId')}`)).body;
      return true;
    }, 'the session is rated');
    return cdr;
  }
  const energyLines = (cdr: unknown) =>
    list(cdr, 'document.lines').filter((line) => at(line, 'component') === 'ENERGY');

  it('prices each hour of a session over midnight by its window', async () => {
    // 20:00 to 01:00: two hours by day, three at night
    const fromMs = lastHour(NEW_YORK, 20, 6);
    const cdr = await visit({
      stationId: 'DUKE-CLT-001',
      utility: DUKE,
      fromMs,
      toMs: fromMs + 5 * HOUR_MS,
    });
    const lines = energyLines(cdr);
    expect(lines.map((line) => Number(text(line, 'quantity'))).sort()).toEqual([10, 15]);
    const [one, other] = lines.map((line) => text(line, 'unitPrice'));
    expect(one).not.toBe(other);
    expect(list(cdr, 'document.utcOffsets')).toHaveLength(1);
  });

  it('resolves the night in which clocks changed once, at the visited side', async () => {
    const changedMs = lastClockChange(NEW_YORK);
    if (changedMs === null) return;
    const cdr = await visit({
      stationId: 'DUKE-CLT-001',
      utility: DUKE,
      fromMs: changedMs - 2 * HOUR_MS,
      toMs: changedMs + 2 * HOUR_MS,
    });
    const offsets = list(cdr, 'document.utcOffsets');
    expect(offsets).toHaveLength(2);
    expect(Date.parse(text(offsets[1], 'from'))).toBe(changedMs);
    const total = energyLines(cdr).reduce<number>(
      (sum, line) => sum + Number(text(line, 'quantity')),
      0,
    );
    expect(total).toBe(20);
    await gateway.until(async () => {
      const home = await gateway.api(ALABAMA, 'GET', `/cdrs/${text(cdr, 'document.cdrId')}`);
      return at(home.body, 'state') === 'accepted';
    }, 'home resolves the same offsets and accepts');
  });

  it('counts a session to the period in which it ends', async () => {
    const midMs = lastHour(NEW_YORK, 12, 2);
    const at150kW = { stationId: 'DUKE-RDU-002', utility: DUKE };
    const earlier = await visit({
      ...at150kW,
      fromMs: midMs - 3 * HOUR_MS,
      toMs: midMs - 2 * HOUR_MS,
    });
    const cdr = await visit({ ...at150kW, fromMs: midMs - HOUR_MS, toMs: midMs + HOUR_MS });
    const close = async (toMs: number): Promise<string[]> => {
      const to = new Date(toMs).toISOString();
      const from = new Date(toMs - 31 * DAY_MS).toISOString();
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
      return list(lines.body, 'items').map((line) => text(line, 'cdrId'));
    };
    const cdrId = text(cdr, 'document.cdrId');
    const first = await close(midMs);
    expect(first).toContain(text(earlier, 'document.cdrId'));
    expect(first).not.toContain(cdrId);
    expect(await close(midMs + HOUR_MS + 1)).toContain(cdrId);
  });

  it('keeps the price that was consented to when another tariff is published meanwhile', async () => {
    const tariffs = await gateway.api(
      ALABAMA,
      'GET',
      '/tariffs?purpose=domestic&customerClass=residential&stationClass=AC',
    );
    const before = list(tariffs.body, 'items')[0];
    const document = at(before, 'document') as Record<string, unknown>;
    const dearer = {
      ...document,
      elements: [{ price_components: [{ type: 'ENERGY', price: '9.99', step_size: 1 }] }],
    };
    const path = `/tariffs/${text(before, 'tariffId')}/versions`;
    const fromMs = lastHour('America/Chicago', 10, 3);
    const cdr = await visit({
      stationId: 'ALA-BHM-001',
      utility: ALABAMA,
      fromMs,
      toMs: fromMs + HOUR_MS,
      during: async () => {
        const draft = await gateway.api(ALABAMA, 'POST', path, { document: dearer });
        expect(draft.status).toBe(201);
        const version = String(at(draft.body, 'version'));
        const published = await gateway.api(
          ALABAMA,
          'POST',
          `${path}/${version}/publish`,
          undefined,
          { as: 'approver' },
        );
        expect(published.status).toBe(200);
      },
    });
    expect(at(cdr, 'document.agreedTariff.document.tariff')).toEqual(document);
    expect(energyLines(cdr).map((line) => Number(text(line, 'unitPrice')))).not.toContain(9.99);
  });
});
