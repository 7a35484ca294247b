import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RequestOf, recordFrame } from '@roamgrid/contracts';
import { startPair, type AaaUnderTest, type Pair } from '../aaa-under-test.js';
import { VISITED } from '../documents.js';
import { StationUnderTest } from '../station-under-test.js';

let pair: Pair;
let aaa: AaaUnderTest;

beforeAll(async () => {
  pair = await startPair();
  aaa = pair.visited;
});
afterAll(() => pair.stop());

type Effect = RequestOf<typeof recordFrame>['effect'];

async function frame(station: StationUnderTest, effect: Effect) {
  await aaa.sent();
  await aaa.useCases.recordFrame({
    stationId: station.stationId,
    direction: 'in',
    wire: station.wire('frame'),
    refusal: null,
    effect,
  });
  const views = await aaa.sent('portal.project');
  return views.map(({ payload }) => payload['data']);
}

describe('a station', () => {
  it('is signed in versions, and keeps its password until another is set', async () => {
    await aaa.sent();
    const first = await aaa.registerStation('VERSIONED-1', [1]);
    await aaa.parts.verifier.verify(first, VISITED, 'aaa');
    expect(first.document).toMatchObject({ type: 'stationRecord', version: 1, utility: VISITED });
    const { version: _version, utility: _utility, notBefore: _since, ...record } = first.document;
    const second = await aaa.useCases.registerStation({ record, passwordDigest: null });
    expect(second.document.version).toBe(2);
    const ask = (passwordDigest: string) =>
      aaa.useCases.authenticateStation({ stationId: 'VERSIONED-1', passwordDigest });
    expect(await ask('d'.repeat(64))).toMatchObject({
      known: true,
      accepted: true,
      station: { connectorIds: [1], timeZone: 'America/New_York' },
    });
    expect(await ask('e'.repeat(64))).toEqual({ known: true, accepted: false, station: null });
    await aaa.useCases.registerStation({ record, passwordDigest: 'e'.repeat(64) });
    expect(await ask('e'.repeat(64))).toMatchObject({ accepted: true });
    expect(await ask('d'.repeat(64))).toMatchObject({ accepted: false });
  });

  it('that is new needs a password; an unknown one is not accepted', async () => {
    const {
      version: _v,
      utility: _u,
      notBefore: _n,
      ...record
    } = (await aaa.registerStation('PATTERN-1')).document;
    const nameless = { record: { ...record, stationId: 'NEW-1' }, passwordDigest: null };
    await expect(aaa.useCases.registerStation(nameless)).rejects.toMatchObject({
      code: 'unprocessable',
    });
    const stranger = { stationId: 'NOBODY-1', passwordDigest: 'd'.repeat(64) };
    expect(await aaa.useCases.authenticateStation(stranger)).toEqual({
      known: false,
      accepted: false,
      station: null,
    });
  });

  it('with a record that contradicts itself is not signed', async () => {
    const {
      version: _v,
      utility: _u,
      notBefore: _n,
      ...record
    } = (await aaa.registerStation('CONTRARY-1', [1])).document;
    const evses = record.evses.map((evse) => ({ ...evse, powerW: '0' }));
    const changed = { record: { ...record, evses }, passwordDigest: null };
    await expect(aaa.useCases.registerStation(changed)).rejects.toMatchObject({
      code: 'unprocessable',
      fields: [{ path: 'evses.0.powerW' }],
    });
    const next = await aaa.useCases.registerStation({ record, passwordDigest: null });
    expect(next.document.version).toBe(2);
  });

  it('is shown with what it says of itself', async () => {
    const station = await StationUnderTest.register(aaa);
    expect(await frame(station, { kind: 'boot', vendor: 'Acme', model: 'One' })).toMatchObject([
      { online: true, model: 'Acme One', lastSeenAt: pair.clock.at(0) },
    ]);
    const status = (connectorId: number, said: string) =>
      frame(station, { kind: 'status', connectorId, status: said, at: null });
    await status(1, 'Occupied');
    expect(await status(2, 'Available')).toMatchObject([
      { connectorStatus: { '1': 'Occupied', '2': 'Available' } },
    ]);
    expect(await frame(station, { kind: 'heartbeat' })).toEqual([]);
    expect(await frame(station, { kind: 'online', online: false })).toMatchObject([
      { online: false, documentHash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
  });
});
