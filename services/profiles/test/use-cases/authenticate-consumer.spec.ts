import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { authenticateConsumer, RequestOf } from '@roamgrid/contracts';
import { waitAfterFailures } from '../../src/use-cases/pin-waiting.js';
import { startProfiles, type ProfilesUnderTest } from '../profiles-under-test.js';
import { HOME, VISITED } from '../documents.js';

let profiles: ProfilesUnderTest;

beforeAll(async () => {
  profiles = await startProfiles();
});
afterAll(() => profiles.stop());

type Request = RequestOf<typeof authenticateConsumer>;

const ask = (cin: string, changes: Partial<Request> = {}) =>
  profiles.useCases.authenticateConsumer({
    identity: { kind: 'cin', value: cin },
    medium: 'rfid',
    assurance: 'claimed',
    pin: null,
    stationId: 'DUKE-CLT-001',
    visitedUtility: VISITED,
    ...changes,
  });

const rejected = { decision: 'refused', reason: 'credential_rejected' };
const PIN = '4711';

describe('a consumer', () => {
  it('that home does not know reads like a wrong credential', async () => {
    expect(await ask('8'.repeat(20))).toEqual(rejected);
    expect(await ask('8'.repeat(20), { pin: await profiles.sealed(PIN) })).toEqual(rejected);
  });

  it('that is blocked is refused, once the credential fits', async () => {
    const { cin } = await profiles.addConsumer({ state: 'blocked', pin: PIN });
    expect(await ask(cin)).toEqual({ decision: 'refused', reason: 'consumer_blocked' });
    expect(await ask(cin, { pin: await profiles.sealed('0000') })).toEqual(rejected);
    expect(await ask(cin, { pin: await profiles.sealed(PIN) })).toMatchObject({
      reason: 'consumer_blocked',
    });
  });

  it('has one pseudonym for each visited utility, and it is no CIN', async () => {
    const { cin, consumerId } = await profiles.addConsumer();
    const replies = await Promise.all([1, 2, 3].map(() => ask(cin)));
    const [first] = replies;
    if (first?.decision !== 'accepted') throw new Error('refused');
    expect(first).toMatchObject({ consumerId, assurance: 'claimed', maxConcurrentSessions: 1 });
    expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1);
    expect(first.pseudonym).not.toContain(cin);
    const elsewhere = await ask(cin, { visitedUtility: HOME });
    expect(elsewhere).not.toMatchObject({ pseudonym: first.pseudonym });
    const { pseudonym } = first;
    const resolve = profiles.useCases.resolvePseudonym;
    expect(await resolve({ pseudonym, visitedUtility: VISITED })).toMatchObject({
      consumer: { consumerId, paymentMode: 'postPaid', currency: 'USD' },
    });
    expect(await resolve({ pseudonym, visitedUtility: HOME })).toEqual({ consumer: null });
  });

  it('is found by contract id and card too', async () => {
    const uid = '04A1B2C3';
    await profiles.addConsumer({ cardUids: [uid] });
    expect(await ask('', { identity: { kind: 'uid', value: uid } })).toMatchObject({
      decision: 'accepted',
    });
    expect(await ask('', { identity: { kind: 'cin', value: uid } })).toEqual(rejected);
  });
});

describe('a PIN', () => {
  it.each(['dial', 'ocr', 'voice'] as const)('is needed by %s', async (medium) => {
    const { cin } = await profiles.addConsumer({ pin: PIN });
    const withPin = async (pin: string) => ask(cin, { medium, pin: await profiles.sealed(pin) });
    expect(await ask(cin, { medium })).toEqual(rejected);
    expect(await withPin('0000')).toEqual(rejected);
    expect(await withPin(PIN)).toMatchObject({ decision: 'accepted', assurance: 'knowledge' });
  });

  it('that was sealed for nobody here, or of a consumer without one, is wrong', async () => {
    const { cin } = await profiles.addConsumer({ pin: PIN });
    expect(await ask(cin, { pin: 'not.a.token' })).toEqual(rejected);
    const without = await profiles.addConsumer();
    expect(await ask(without.cin, { pin: await profiles.sealed(PIN) })).toEqual(rejected);
  });

  it('that is wrong three times waits, at this station only', async () => {
    const { cin } = await profiles.addConsumer({ pin: PIN });
    const [right, wrong] = [await profiles.sealed(PIN), await profiles.sealed('0000')];
    for (let tries = 0; tries < 3; tries += 1) await ask(cin, { pin: wrong });
    expect(await ask(cin, { pin: right })).toEqual(rejected);
    expect(await ask(cin, { pin: right, stationId: 'DUKE-RDU-002' })).toMatchObject({
      decision: 'accepted',
    });
    profiles.clock.advanceSeconds(4);
    expect(await ask(cin, { pin: right })).toEqual(rejected);
    profiles.clock.advanceSeconds(1);
    expect(await ask(cin, { pin: right })).toMatchObject({ decision: 'accepted' });
    // the right one wiped the slate
    await ask(cin, { pin: wrong });
    expect(await ask(cin, { pin: right })).toMatchObject({ decision: 'accepted' });
  });

  it('guessed many times at once is slowed as if one after another', async () => {
    const { cin } = await profiles.addConsumer({ pin: PIN });
    const wrong = await profiles.sealed('0000');
    await Promise.all(Array.from({ length: 6 }, () => ask(cin, { pin: wrong })));
    const [row] = await profiles.database.query<{ failures: number }>(
      'SELECT failures FROM pin_failures ORDER BY next_try_at DESC LIMIT 1',
    );
    expect(row?.failures).toBe(3);
  });

  it.each([
    [1, 0],
    [2, 0],
    [3, 5_000],
    [4, 10_000],
    [8, 160_000],
    [9, 300_000],
    [50, 300_000],
  ])('after %d failures waits %d ms', (failures, waitMs) => {
    expect(waitAfterFailures(failures)).toBe(waitMs);
  });
});
