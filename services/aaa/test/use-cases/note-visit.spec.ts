import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { noteEnd, noteStart } from '@roamgrid/contracts';
import { systemIds } from '@roamgrid/platform';
import { startPair, type AaaUnderTest, type Pair, type Sent } from '../aaa-under-test.js';
import { HOME, VISITED } from '../documents.js';
import { CIN, StationUnderTest } from '../station-under-test.js';

let pair: Pair;
let home: AaaUnderTest;

beforeAll(async () => {
  pair = await startPair();
  home = pair.home;
});
afterAll(() => pair.stop());

const visitOf = (pseudonym: string) => ({
  sessionId: systemIds.uuid(),
  visitedUtility: VISITED,
  mandateId: 'mandate-1',
  pseudonym,
});
const startOf = (visit: ReturnType<typeof visitOf>) => ({
  ...visit,
  stationId: 'DUKE-CLT-001',
  startAt: pair.clock.at(0),
});
const endOf = (visit: ReturnType<typeof visitOf>, charged = true, mandateUsedUp = false) => ({
  ...visit,
  charged,
  mandateUsedUp,
  endAt: pair.clock.at(30),
});

function authorize(consumerId: string, pseudonym: string, maxConcurrentSessions = 1) {
  home.consumer = {
    decision: 'accepted',
    consumerId,
    pseudonym,
    customerClass: 'residential',
    assurance: 'claimed',
    maxConcurrentSessions,
  };
  return home.useCases.authorizeRoaming({
    sessionId: systemIds.uuid(),
    visitedUtility: VISITED,
    identity: { kind: 'cin', value: CIN },
    medium: 'rfid',
    assurance: 'claimed',
    pin: null,
    stationId: 'DUKE-CLT-001',
    stationClass: 'AC',
  });
}

const viewsOf = (sent: readonly Sent[]) =>
  sent
    .filter(({ subject }) => subject === 'portal.project')
    .map(({ payload }) => payload['data'] as Record<string, unknown>);

describe('home', () => {
  it('refuses a second charge while the first runs, whichever utility asks', async () => {
    expect(await authorize('c-1', 'ps-c1')).toMatchObject({ decision: 'accepted' });
    const visit = visitOf('ps-c1');
    await home.useCases.noteStart(startOf(visit));
    expect(await authorize('c-1', 'ps-c1')).toEqual({
      decision: 'refused',
      reason: 'concurrent_session',
    });
    expect(await authorize('c-1', 'ps-c1', 2)).toMatchObject({ decision: 'accepted' });
    await home.useCases.noteEnd(endOf(visit));
    expect(await authorize('c-1', 'ps-c1')).toMatchObject({ decision: 'accepted' });
  });

  it('is not opened by a start that its own end overtook', async () => {
    await authorize('c-2', 'ps-c2');
    const visit = visitOf('ps-c2');
    await home.useCases.noteEnd(endOf(visit));
    await home.sent();
    await home.useCases.noteStart(startOf(visit));
    expect(await home.sent()).toEqual([]);
    expect(await authorize('c-2', 'ps-c2')).toMatchObject({ decision: 'accepted' });
  });

  it('does not count a visit in suspense from its start, and releases its credit at its end', async () => {
    await authorize('c-6', 'ps-c6');
    const visit = visitOf('ps-c6');
    await home.sent();
    await home.useCases.noteStart({ ...startOf(visit), inSuspense: true });
    const started = await home.sent();
    expect(started.map(({ subject }) => subject)).toEqual([
      'profiles.noteCharge',
      'portal.project',
    ]);
    expect(viewsOf(started)).toMatchObject([{ state: 'suspense', stationId: 'DUKE-CLT-001' }]);
    expect(await authorize('c-6', 'ps-c6')).toMatchObject({ decision: 'accepted' });
    await home.useCases.noteEnd(endOf(visit, false));
    const ended = await home.sent();
    expect(ended.map(({ subject }) => subject)).toEqual([
      'profiles.noteCharge',
      'settlement.releaseCredit',
      'portal.project',
    ]);
    expect(viewsOf(ended)).toMatchObject([{ state: 'suspense', endAt: pair.clock.at(30) }]);
  });

  it('shows the visit to its staff, once for a start that comes twice', async () => {
    const visit = visitOf('ps-c3');
    await home.sent();
    await home.useCases.noteStart(startOf(visit));
    await home.useCases.noteStart(startOf(visit));
    await home.useCases.noteEnd(endOf(visit));
    const place = { stationId: 'DUKE-CLT-001', startAt: pair.clock.at(0), visitedUtility: VISITED };
    expect(viewsOf(await home.sent())).toMatchObject([
      { ...place, state: 'charging' },
      { ...place, state: 'ended', endAt: pair.clock.at(30) },
    ]);
  });

  it.each([
    ['charged', true, false, [], 'ended'],
    ['spent', true, true, ['profiles.noteMandateUse'], 'ended'],
    [
      'not charged',
      false,
      true,
      ['settlement.releaseCredit', 'profiles.noteMandateUse'],
      'suspense',
    ],
  ])(
    'of a visit that is %s tells its own services',
    async (_what, charged, usedUp, told, state) => {
      const visit = visitOf('ps-c4');
      await home.useCases.noteStart(startOf(visit));
      await home.sent();
      await home.useCases.noteEnd(endOf(visit, charged, usedUp));
      const sent = await home.sent();
      expect(sent.map(({ subject }) => subject)).toEqual([
        'profiles.noteCharge',
        ...told,
        'portal.project',
      ]);
      expect(viewsOf(sent)).toMatchObject([{ state }]);
    },
  );

  it('shows a session that never began as expired', async () => {
    await home.sent();
    await home.useCases.noteEnd(endOf(visitOf('ps-c5'), false, true));
    expect(viewsOf(await home.sent())).toMatchObject([{ state: 'expired' }]);
  });

  it('passes on what its profiles refuse', async () => {
    home.consumer = { decision: 'refused', reason: 'consumer_blocked' };
    const refused = { decision: 'refused', reason: 'consumer_blocked' } as const;
    const spoken = home.useCases.authorizeRoaming({
      sessionId: systemIds.uuid(),
      visitedUtility: VISITED,
      identity: { kind: 'cin', value: CIN },
      medium: 'rfid',
      assurance: 'claimed',
      pin: null,
      stationId: 'DUKE-CLT-001',
      stationClass: 'AC',
    });
    expect(await spoken).toEqual(refused);
  });
});

describe('a charge at the visited utility', () => {
  it('is open at home from its start to its end', async () => {
    const { visited } = pair;
    const id = systemIds.uuid();
    const station = await StationUnderTest.register(visited);
    await visited.neighbours.hold({ mandate: { mandateId: id, pseudonym: `ps-${id}` } });
    await authorize(id, `ps-${id}`);
    const sessionId = await station.consented();
    await visited.sent();
    await station.http(sessionId, 'started', '1000');
    const [started] = await visited.sent('aaa.noteStart');
    expect(started?.to).toBe(HOME);
    await home.useCases.noteStart(noteStart.request.parse(started?.payload));
    expect(await authorize(id, `ps-${id}`)).toMatchObject({ reason: 'concurrent_session' });
    pair.clock.advanceMinutes(10);
    await station.http(sessionId, 'ended', '2000');
    const [ended] = await visited.sent('aaa.noteEnd');
    await home.useCases.noteEnd(noteEnd.request.parse(ended?.payload));
    expect(await authorize(id, `ps-${id}`)).toMatchObject({ decision: 'accepted' });
  });

  it('of the visited utility’s own consumer is told to itself, and counts as well', async () => {
    const { visited } = pair;
    const id = systemIds.uuid();
    const station = await StationUnderTest.register(visited);
    const mandate = { mandateId: id, pseudonym: `ps-${id}`, homeUtility: VISITED };
    await visited.neighbours.hold({ mandate });
    const sessionId = await station.consented();
    await visited.sent();
    await station.http(sessionId, 'started', '1000');
    expect(await visited.sent('aaa.noteStart')).toMatchObject([{ to: VISITED }]);
  });
});
