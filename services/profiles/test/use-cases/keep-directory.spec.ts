import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DirectoryPage } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { catchUpDirectory, publishDirectory } from '../../src/use-cases/keep-directory.js';
import { agreementWith, HOME, termsAt, VISITED } from '../documents.js';
import { startProfiles, type ProfilesUnderTest } from '../profiles-under-test.js';

let profiles: ProfilesUnderTest;

beforeAll(async () => {
  profiles = await startProfiles();
});
afterAll(() => profiles.stop());

const UID = '04A1B2C3D4E580';
const find = (value: string) =>
  profiles.visited.useCases.findToken({ identity: { kind: 'uid', value } });

/** what home has sent to the visited utility since the last look */
async function pushed(): Promise<DirectoryPage[]> {
  await publishDirectory(profiles.parts);
  const sent = await profiles.sent('profiles.receiveDirectory');
  return sent
    .filter(({ to }) => to === VISITED)
    .map(({ payload }) => payload as unknown as DirectoryPage);
}

async function deliver(pages: readonly DirectoryPage[]): Promise<void> {
  for (const page of pages) await profiles.visited.useCases.receiveDirectory(page);
}

describe('the token directory', () => {
  it('tells whose a card is by a hash that only the pair can make, and no number', async () => {
    const { consumerId } = await profiles.addConsumer({ cardUids: [UID] });
    const pages = await pushed();
    await deliver(pages);
    expect(JSON.stringify(pages)).not.toContain(UID);
    expect(await find(UID)).toEqual({ token: { homeUtility: HOME, state: 'active' } });
    expect(await find('04000000000000')).toEqual({ token: null });
    expect(await pushed()).toEqual([]);
    const { items } = await profiles.useCases.listCards({ consumerId });
    expect(items).toMatchObject([{ kind: 'card', masked: '•••80', state: 'active' }]);
  });

  it('says that a card is lost, of which an older entry changes nothing', async () => {
    const { consumerId } = await profiles.addConsumer({ cardUids: ['04DEADBEEF0001'] });
    const before = await pushed();
    const { items } = await profiles.useCases.listCards({ consumerId });
    const [card] = items;
    if (card === undefined) throw new Error('no card');
    await profiles.useCases.changeCard({ consumerId, cardId: card.cardId, state: 'blocked' });
    await deliver(await pushed());
    await deliver(before);
    expect(await find('04DEADBEEF0001')).toMatchObject({ token: { state: 'blocked' } });
    const asked = await profiles.useCases.authenticateConsumer({
      identity: { kind: 'uid', value: '04DEADBEEF0001' },
      medium: 'rfid',
      assurance: 'claimed',
      pin: null,
      stationId: 'S',
      visitedUtility: VISITED,
    });
    expect(asked).toEqual({ decision: 'refused', reason: 'consumer_blocked' });
  });

  it('is taken from its home only, and asked for where a number is missing', async () => {
    await profiles.addConsumer({ cardUids: ['04DEADBEEF0002'] });
    const lost = await pushed();
    await profiles.addConsumer({ cardUids: ['04DEADBEEF0003'] });
    await deliver(await pushed());
    expect(await find('04DEADBEEF0002')).toEqual({ token: null });
    const { visited } = profiles;
    const silent = () => Promise.reject(new RoamgridError('peer_unreachable', 'nobody listens'));
    await catchUpDirectory({ ...visited.parts, directoryOf: silent });
    await catchUpDirectory({
      ...visited.parts,
      directoryOf: (_home, after) =>
        profiles.useCases.readDirectory({ visitedUtility: VISITED, after, limit: 200 }),
    });
    expect(await find('04DEADBEEF0002')).toMatchObject({ token: { state: 'active' } });
    const [page] = lost;
    if (page === undefined) throw new Error('nothing was pushed');
    const renamed = { ...page, homeUtility: 'northern-hydro' };
    await expect(visited.useCases.receiveDirectory(renamed)).rejects.toMatchObject({
      code: 'unprocessable',
    });
    const [entry] = page.entries;
    if (entry === undefined) throw new Error('no entry');
    const changed = { ...entry, document: { ...entry.document, state: 'blocked' as const } };
    await expect(
      visited.useCases.receiveDirectory({ ...page, entries: [changed] }),
    ).rejects.toMatchObject({ code: 'signature_invalid' });
  });

  it('tells each change once, however many tell it at once', async () => {
    await pushed();
    for (const uid of ['04DEADBEEF0011', '04DEADBEEF0012', '04DEADBEEF0013']) {
      await profiles.addConsumer({ cardUids: [uid] });
    }
    await Promise.all(Array.from({ length: 5 }, () => publishDirectory(profiles.parts)));
    const entries = (await pushed()).flatMap((page) => page.entries);
    const hashes = entries.map(({ document }) => document.tokenHash);
    expect(new Set(hashes).size).toBe(hashes.length);
    const numbers = entries.map(({ document }) => document.number);
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
  });

  it('is told again where the agreement’s off-line rule is another, and then no more', async () => {
    const { services } = profiles;
    const rule = (energyKwh: string, amount: string, greatestAgeHours = 72) =>
      agreementWith(
        termsAt(VISITED, {
          offlineRule: { kind: 'directoryEntry', energyKwh, amount, greatestAgeHours },
        }),
      );
    await profiles.addConsumer({ cardUids: ['04DEADBEEF0021'] });
    await pushed();
    const capsToldNow = async (): Promise<(string | undefined)[]> => {
      const entries = (await pushed()).flatMap((page) => page.entries);
      const caps = entries.map(({ document: { offline } }) => offline?.energyKwh);
      return [...new Set(caps)];
    };
    const before = services.agreement;
    try {
      services.agreement = rule('30', '15.00');
      expect(await capsToldNow()).toEqual(['30.000']);
      expect(await capsToldNow()).toEqual([]);
      // how old home's word may be stands in no entry
      services.agreement = rule('30', '15.00', 24);
      expect(await capsToldNow()).toEqual([]);
      services.agreement = rule('20', '15.00', 24);
      expect(await capsToldNow()).toEqual(['20.000']);
    } finally {
      services.agreement = before;
    }
    expect(await capsToldNow()).toEqual([undefined]);
  });
});
