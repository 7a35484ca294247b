import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sha256Hex, systemIds } from '@roamgrid/platform';
import { PostgresWireLog } from '../../src/adapters/postgres-wire-log.js';
import { startPair, type AaaUnderTest, type Pair } from '../aaa-under-test.js';
import { CIN, identityOf, StationUnderTest } from '../station-under-test.js';

let pair: Pair;
let aaa: AaaUnderTest;
let station: StationUnderTest;

beforeAll(async () => {
  pair = await startPair();
  aaa = pair.visited;
});
afterAll(() => pair.stop());

beforeEach(async () => {
  station = await StationUnderTest.register(aaa);
  const id = systemIds.uuid();
  await aaa.neighbours.hold({ mandate: { mandateId: id, pseudonym: `ps-${id}` } });
});

const quoteOf = () => station.swipe({ connectorId: null });

describe('a charge over OCPP 1.6', () => {
  const start = (at: string, meterStart = '1000', payload = 'start') =>
    station.record({
      step: 'started',
      newSessionId: systemIds.uuid(),
      naturalKey: `ocpp1.6:start:1:tag:${at}:${meterStart}`,
      payloadHash: sha256Hex(payload),
      connectorId: 1,
      identity: identityOf(CIN),
      at,
      readings: [{ at, meterWh: meterStart, powerW: null, stateOfChargePercent: null }],
    });
  const stop = (transactionId: string, meterWh: string) =>
    station.record({
      step: 'ended',
      transactionId,
      naturalKey: `ocpp1.6:stop:${transactionId}`,
      payloadHash: sha256Hex(`stop ${meterWh}`),
      readings: [{ at: pair.clock.at(0), meterWh, powerW: null, stateOfChargePercent: null }],
    });

  it('gets its number here, the same for the same start', async () => {
    await quoteOf();
    const at = pair.clock.at(0);
    const started = await start(at);
    expect(started.transactionId).toMatch(/^[0-9]{6,}$/);
    expect(await start(at)).toEqual(started);
    pair.clock.advanceMinutes(30);
    const ended = await stop(started.transactionId, '11000');
    expect(ended).toMatchObject({
      transactionId: started.transactionId,
      bill: { totalInclTax: '4.20' },
    });
    expect(await stop(started.transactionId, '11000')).toEqual(ended);
    expect(await stop(started.transactionId, '99000')).toMatchObject({
      quarantined: 'conflicting_duplicate',
    });
  });

  it('that stops without a start that we know goes to suspense', async () => {
    expect(await stop('4711', '5000')).toMatchObject({
      transactionId: '4711',
      quarantined: 'start_missing',
    });
  });
});

describe('the wire log', () => {
  it('is read in the order of arrival, page by page', async () => {
    await quoteOf();
    await station.ocpp201('tx-1', 'started', 0, '1000');
    pair.clock.advanceMinutes(1);
    await station.ocpp201('tx-1', 'ended', 1, '1100');
    const log = new PostgresWireLog(aaa.database);
    const all = { action: null, direction: null, from: null, to: null };
    const page = (limit: number, cursor: string | null) =>
      log.list({ stationId: station.stationId, limit, cursor, ...all });
    const first = await page(2, null);
    expect(first.items.map(({ action }) => action)).toEqual(['swipe', 'started']);
    const second = await page(2, first.nextCursor);
    expect(second).toMatchObject({ items: [{ action: 'ended' }], nextCursor: null });
    await expect(page(2, 'x')).rejects.toMatchObject({ code: 'malformed_request' });
  });
});
