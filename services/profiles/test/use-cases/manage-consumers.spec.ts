import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ConsumerView, createConsumer, RequestOf } from '@roamgrid/contracts';
import { systemIds } from '@roamgrid/platform';
import { HOME, VISITED } from '../documents.js';
import { startProfiles, type ProfilesUnderTest } from '../profiles-under-test.js';

let profiles: ProfilesUnderTest;

beforeAll(async () => {
  profiles = await startProfiles();
});
afterAll(() => profiles.stop());

async function mandateFor(cin: string): Promise<string> {
  const { useCases } = profiles;
  const verdict = await useCases.authenticateConsumer({
    identity: { kind: 'cin', value: cin },
    medium: 'rfid',
    assurance: 'claimed',
    pin: null,
    stationId: 'DUKE-CLT-001',
    visitedUtility: VISITED,
  });
  if (verdict.decision === 'refused') throw new Error(verdict.reason);
  const reply = await useCases.issueMandate({
    sessionId: systemIds.uuid(),
    pseudonym: verdict.pseudonym,
    visitedUtility: VISITED,
    assurance: 'claimed',
    agreedTariff: await profiles.agreedTariff(),
    held: { taken: [], returned: [] },
  });
  if (reply.decision === 'refused') throw new Error(reply.reason);
  return reply.mandate.document.mandateId;
}

describe('a consumer', () => {
  it('is kept without CIN or PIN in the clear, shown masked and published', async () => {
    await profiles.sent();
    const { cin, ...view } = await profiles.addConsumer({ pin: '4711', cardUids: ['04A1B2C3D4'] });
    expect(view).toMatchObject({
      cinMasked: `${cin.slice(0, 10)}${'•'.repeat(8)}${cin.slice(-2)}`,
      state: 'active',
      hasPin: true,
      cardUids: 1,
    });
    const rows = await profiles.database.query<{ text: string }>(
      `SELECT c::text || k::text AS text FROM consumers c JOIN credentials k USING (consumer_id)
       WHERE consumer_id = $1`,
      [view.consumerId],
    );
    expect(rows).toHaveLength(2);
    expect(rows.some(({ text }) => text.includes(cin) || text.includes('4711'))).toBe(false);
    expect(await profiles.sent()).toMatchObject([
      { to: HOME, payload: { kind: 'driverContract', data: { consumerId: view.consumerId } } },
      { to: HOME, payload: { kind: 'consumer', id: view.consumerId, data: { state: 'active' } } },
    ]);
    expect((await profiles.useCases.findConsumer({ cin })).consumer).toEqual(view);
  });

  it('is found by a CIN that is well-formed, and by no other', async () => {
    const { cin } = await profiles.addConsumer();
    const unknown = '84000195014000007713';
    expect(await profiles.useCases.findConsumer({ cin: unknown })).toEqual({ consumer: null });
    const spoken = `${cin.slice(0, 3)} ${cin.slice(3)}`;
    expect((await profiles.useCases.findConsumer({ cin: spoken })).consumer).not.toBeNull();
    await expect(profiles.useCases.findConsumer({ cin: '123' })).rejects.toMatchObject({
      code: 'invalid_cin',
    });
  });

  it('with an identity that is taken is refused, and nothing of it stays', async () => {
    await profiles.addConsumer({ cardUids: ['0A0B0C0D'] });
    const again = profiles.addConsumer({ cardUids: ['0A0B0C0D'] });
    await expect(again).rejects.toMatchObject({ code: 'state_conflict' });
    const orphans = await profiles.database.query(
      'SELECT 1 FROM consumers c WHERE NOT EXISTS (SELECT 1 FROM credentials k WHERE k.consumer_id = c.consumer_id)',
    );
    expect(orphans).toEqual([]);
  });

  it('that is prepaid gets an account with its opening balance', async () => {
    const prepaid = { paymentMode: 'prepaid' as const };
    const { consumerId } = await profiles.addConsumer({ balance: '10.00' }, prepaid);
    expect(profiles.services.opened.at(-1)).toEqual({
      consumerId,
      currency: 'USD',
      balance: '10.00',
    });
  });

  it('is changed member by member; an unknown one is not found', async () => {
    const { consumerId, settings } = await profiles.addConsumer();
    await profiles.sent();
    const after = await profiles.useCases.updateConsumer({
      consumerId,
      settings: { tier: 'Platinum' },
      state: null,
    });
    expect(after).toMatchObject({ state: 'active', settings: { ...settings, tier: 'Platinum' } });
    expect(await profiles.sent()).toMatchObject([
      { payload: { kind: 'driverContract', data: { version: 2 } } },
      { payload: { data: after } },
    ]);
    const nobody = { consumerId: 'nobody', settings: {}, state: null };
    await expect(profiles.useCases.updateConsumer(nobody)).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('that is blocked loses every open mandate; unblocked it may charge anew', async () => {
    const { cin, consumerId } = await profiles.addConsumer();
    const mandateId = await mandateFor(cin);
    await profiles.sent();
    await profiles.useCases.updateConsumer({ consumerId, settings: {}, state: 'blocked' });
    const [revocation] = await profiles.sent('profiles.receiveRevocation');
    expect(revocation).toMatchObject({
      to: VISITED,
      payload: { document: { mandateId, reason: 'consumer_blocked' } },
    });
    await profiles.useCases.updateConsumer({ consumerId, settings: {}, state: 'active' });
    expect(await mandateFor(cin)).not.toBe(mandateId);
  });

  it('blocked while mandates are issued keeps none', async () => {
    const { cin, consumerId } = await profiles.addConsumer();
    await Promise.allSettled([
      mandateFor(cin),
      profiles.useCases.updateConsumer({ consumerId, settings: {}, state: 'blocked' }),
      mandateFor(cin),
    ]);
    const open = await profiles.database.query(
      `SELECT 1 FROM mandates_issued WHERE consumer_id = $1 AND state = 'active'`,
      [consumerId],
    );
    expect(open).toEqual([]);
  });
});

describe('a consumer that cannot be kept', () => {
  type Settings = Partial<ConsumerView['settings']>;
  const limits: (readonly [string, Settings, string])[] = [
    ['limitAmount', { limitAmount: '-0.01' }, 'is negative'],
    ['limitAmount', { limitAmount: '1.001' }, 'more than 2 digits after the point'],
    ['limitAmount', { limitAmount: '10000000000.01' }, 'is too large'],
    ['limitEnergyKwh', { limitEnergyKwh: '-1' }, 'is negative'],
    ['limitEnergyKwh', { limitEnergyKwh: '1000000.000001' }, 'is too large'],
    ['limitEnergyKwh', { limitEnergyKwh: '1.0000001' }, 'more than 6 digits after the point'],
  ];

  it.each(limits)('by its %s %j is refused, new or changed', async (path, settings, message) => {
    const refusal = { code: 'unprocessable', fields: [{ path, message }] };
    await expect(profiles.addConsumer({}, settings)).rejects.toMatchObject(refusal);
    const { consumerId } = await profiles.addConsumer();
    const change = profiles.useCases.updateConsumer({ consumerId, settings, state: null });
    await expect(change).rejects.toMatchObject(refusal);
  });

  it.each([
    ['0', '0'],
    ['1000000', '10000000000.00'],
    ['1.000000', '5.000'],
  ])('is not one with the limits %s kWh and %s USD', async (limitEnergyKwh, limitAmount) => {
    const view = await profiles.addConsumer({}, { limitEnergyKwh, limitAmount });
    expect(view.settings).toMatchObject({ limitEnergyKwh, limitAmount });
  });

  const opened: (readonly [string, Partial<RequestOf<typeof createConsumer>>, Settings])[] = [
    ['currency', {}, { currency: 'CAD' }],
    ['balance', { balance: '-0.01' }, { paymentMode: 'prepaid' }],
    ['balance', { balance: '0.001' }, { paymentMode: 'prepaid' }],
    ['balance', { balance: '10000000000.01' }, { paymentMode: 'prepaid' }],
    ['cin', { cin: '84005416011000055516' }, {}],
    ['contractId', { contractId: 'USDUKC00012317' }, {}],
  ];

  it.each(opened)(
    'by its %s (%j %j) is refused, and nothing stays',
    async (path, changes, with_) => {
      const count = 'SELECT count(*) AS consumers FROM consumers';
      const [before, accounts] = [
        await profiles.database.query(count),
        profiles.services.opened.length,
      ];
      await expect(profiles.addConsumer(changes, with_)).rejects.toMatchObject({
        code: 'unprocessable',
        fields: [{ path }],
      });
      expect(await profiles.database.query(count)).toEqual(before);
      expect(profiles.services.opened).toHaveLength(accounts);
    },
  );

  it('is not one with a contract id of its own utility', async () => {
    const view = await profiles.addConsumer({ contractId: 'us-ala-c00012374' });
    expect(view.contractId).toBe('USALAC00012374');
  });

  it.each([
    ['paymentMode', { paymentMode: 'prepaid' as const }],
    ['currency', { currency: 'CAD' as const }],
  ])('keeps its %s', async (path, settings) => {
    const { consumerId, settings: own } = await profiles.addConsumer();
    const change = (changes: Settings) =>
      profiles.useCases.updateConsumer({ consumerId, settings: changes, state: null });
    await expect(change(settings)).rejects.toMatchObject({
      code: 'state_conflict',
      fields: [{ path }],
    });
    expect((await change({ ...own, tier: 'Diamond' })).settings.tier).toBe('Diamond');
  });
});

describe('a revocation', () => {
  it('is numbered without a gap, however many are made at once, and each mandate once', async () => {
    const consumers = [];
    for (let made = 0; made < 8; made += 1) consumers.push(await profiles.addConsumer());
    const mandates = await Promise.all(consumers.map(({ cin }) => mandateFor(cin)));
    await profiles.sent();
    const twice = [...mandates, ...mandates];
    const replies = await Promise.all(
      twice.map((mandateId) => profiles.useCases.revokeMandate({ mandateId })),
    );
    expect(replies.every(({ state }) => state === 'revoked')).toBe(true);
    const sent = await profiles.sent('profiles.receiveRevocation');
    const documents = sent.map(
      ({ payload }) => payload['document'] as { number: number; mandateId: string },
    );
    expect(new Set(documents.map(({ mandateId }) => mandateId)).size).toBe(8);
    expect(documents).toHaveLength(8);
    const rows = await profiles.database.query<{ number: number }>(
      'SELECT number FROM revocations_issued WHERE visited_utility = $1 ORDER BY number',
      [VISITED],
    );
    expect(rows.map(({ number }) => number)).toEqual(rows.map((_, index) => index + 1));
    // in the outbox they stand in the order of their numbers
    const numbers = documents.map(({ number }) => number);
    expect(numbers).toEqual([...numbers].sort((left, right) => left - right));
    const [first] = sent;
    await profiles.verifier.verify(first?.payload as never, HOME, 'profiles');
    const missing = profiles.useCases.revokeMandate({ mandateId: 'none' });
    await expect(missing).rejects.toMatchObject({ code: 'not_found' });
  });

  it('of a mandate that is used up changes nothing', async () => {
    const { cin } = await profiles.addConsumer();
    const mandateId = await mandateFor(cin);
    await profiles.useCases.noteMandateUse({
      mandateId,
      state: 'used_up',
      at: profiles.clock.at(0),
    });
    expect(await profiles.useCases.revokeMandate({ mandateId })).toEqual({
      mandateId,
      state: 'used_up',
    });
  });
});
