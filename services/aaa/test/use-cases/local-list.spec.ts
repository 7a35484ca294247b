import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { callStation, ReplyOf } from '@roamgrid/contracts';
import { systemIds } from '@roamgrid/platform';
import { IdentifierSeal } from '../../src/adapters/identifier-seal.js';
import { PostgresLocalLists } from '../../src/adapters/postgres-local-lists.js';
import { localListsWith, type LocalLists } from '../../src/use-cases/push-local-lists.js';
import { SECRET, startPair, type AaaUnderTest, type Pair } from '../aaa-under-test.js';
import type { MandateWish } from '../documents.js';
import { CIN, StationUnderTest } from '../station-under-test.js';

type Called = ReplyOf<typeof callStation>;

let pair: Pair;
let aaa: AaaUnderTest;
let station: StationUnderTest;
let lists: LocalLists;
let sent: unknown[];
let protocol: 'ocpp1.6' | 'ocpp2.0.1' | null;
let version: number;
let answers: Called[];
let mandateId: string;

const answered = (answer: object): Called => ({
  outcome: 'answered',
  answer: JSON.stringify(answer),
});

beforeAll(async () => {
  pair = await startPair();
  aaa = pair.visited;
});
afterAll(() => pair.stop());

beforeEach(async () => {
  await aaa.database.query('TRUNCATE listed_identifiers, station_lists');
  await aaa.database.query('UPDATE stations SET online = false, last_seen_at = NULL');
  station = await StationUnderTest.register(aaa);
  [sent, protocol, version, answers] = [[], 'ocpp1.6', 0, []];
  const fault = { fault: null, shown: '{}', start: null, transactionId: null };
  lists = localListsWith({
    ...aaa.parts,
    lists: new PostgresLocalLists(aaa.database, new IdentifierSeal(SECRET)),
    onFailure: (_stationId, error) => {
      throw error;
    },
    stationCaller: {
      read: () => Promise.resolve({ ...fault, protocol, reservation: null, cancels: null }),
      call: ({ action, payload }) => {
        if (action === 'GetLocalListVersion') {
          return Promise.resolve(answered({ listVersion: version }));
        }
        sent.push(JSON.parse(payload));
        return Promise.resolve(answers.shift() ?? answered({ status: 'Accepted' }));
      },
    },
  });
  await online();
});

async function online(isOnline = true): Promise<void> {
  await aaa.useCases.recordFrame({
    stationId: station.stationId,
    direction: 'in',
    wire: station.wire('[connected]'),
    refusal: null,
    effect: { kind: 'online', online: isOnline },
  });
}

async function shown(wish: MandateWish['mandate'] = {}): Promise<void> {
  mandateId = systemIds.uuid();
  const mandate = { mandateId, pseudonym: `ps-${mandateId}`, ...wish };
  await aaa.neighbours.hold({ mandate });
  await station.swipe();
}

async function push(): Promise<void> {
  await lists.push();
  await lists.settled();
}

const entry = () => ({
  idTag: CIN,
  idTagInfo: { status: 'Accepted', expiryDate: aaa.neighbours.held?.mandate.document.notAfter },
});
const full = (listVersion: number) => ({
  listVersion,
  updateType: 'Full',
  localAuthorizationList: [entry()],
});

describe("a station's list", () => {
  it('is sent in full, then only when something changed', async () => {
    await push();
    expect(sent).toEqual([]);
    await shown();
    await push();
    await push();
    expect(sent).toEqual([full(1)]);
    const rows = await aaa.database.query<{ sealed: Buffer }>(
      'SELECT sealed, station_lists.* FROM listed_identifiers, station_lists',
    );
    expect(JSON.stringify(rows)).not.toContain(CIN);
    expect(rows.map(({ sealed }) => sealed.includes(CIN))).toEqual([false]);
  });

  it('in 2.0.1 names the kind of each identifier', async () => {
    protocol = 'ocpp2.0.1';
    await shown();
    await push();
    expect(sent).toMatchObject([
      {
        versionNumber: 1,
        updateType: 'Full',
        localAuthorizationList: [
          { idToken: { idToken: CIN, type: 'Central' }, idTokenInfo: { status: 'Accepted' } },
        ],
      },
    ]);
  });

  const taken = {
    listVersion: 2,
    updateType: 'Differential',
    localAuthorizationList: [{ idTag: CIN }],
  };

  it('loses whose mandate was revoked, and takes who has another', async () => {
    await shown();
    await push();
    await aaa.useCases.endMandate({ mandateId, homeUtility: 'alabama-power' });
    await push();
    expect(sent).toEqual([full(1), taken]);
    await shown();
    await push();
    expect(sent.at(-1)).toEqual({ ...full(3), updateType: 'Differential' });
  });

  it('loses whose mandate the profiles no longer hold', async () => {
    await shown();
    await push();
    aaa.neighbours.held = null;
    await push();
    expect(sent).toHaveLength(1);
    pair.clock.advanceMinutes(1);
    await push();
    expect(sent.slice(1)).toEqual([taken]);
  });

  it('is sent in full after a mismatch, with another number', async () => {
    await shown();
    await push();
    await aaa.useCases.endMandate({ mandateId, homeUtility: 'alabama-power' });
    answers = [answered({ status: 'VersionMismatch' })];
    await push();
    await push();
    expect(sent).toEqual([full(1), taken, { listVersion: 3, updateType: 'Full' }]);
  });

  it.each([
    ['kept, is left alone', 1, 0],
    ['lost, is sent again', 0, 1],
    ['newer than ever sent here, is replaced', 7, 1],
  ])('that a station comes back with, %s', async (_name, heard, again) => {
    await shown();
    await push();
    version = heard;
    await online();
    await push();
    await push();
    expect(sent).toEqual([
      full(1),
      ...Array.from({ length: again }, () => full(Math.max(heard, 1) + 1)),
    ]);
  });

  it.each<[string, Called]>([
    ['says so', answered({ status: 'NotSupported' })],
    ['knows no such call', { outcome: 'error', code: 'NotImplemented', description: '' }],
  ])('is not sent again where the station has none and %s', async (_name, answer) => {
    await shown();
    answers = [answer];
    await push();
    await push();
    expect(sent).toHaveLength(1);
    await online();
    await push();
    expect(sent).toHaveLength(2);
  });

  it('that was not answered is sent again later, in full, under a new number', async () => {
    await shown();
    answers = [{ outcome: 'timeout' }];
    await push();
    await push();
    expect(sent).toEqual([full(1)]);
    pair.clock.advanceMinutes(1);
    await push();
    expect(sent).toEqual([full(1), full(2)]);
  });

  it.each([
    ['whose price is not agreed in advance', { preAgreedPrice: false }],
    ['whose mandate is for one session', { singleSession: true }],
  ])('has nobody %s', async (_name, wish) => {
    await shown(wish);
    await push();
    expect(sent).toEqual([]);
  });

  it('is sent to a station whose old connection was heard to end after the new one began', async () => {
    await shown();
    await online(false);
    await push();
    expect(sent).toEqual([full(1)]);
  });

  it('is not sent to a station that is gone', async () => {
    await shown();
    protocol = null;
    await push();
    expect(sent).toEqual([]);
  });
});
