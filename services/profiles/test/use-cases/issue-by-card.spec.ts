import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConsumerView, issueMandate, ReplyOf } from '@roamgrid/contracts';
import { systemIds } from '@roamgrid/platform';
import { VISITED } from '../documents.js';
import { startProfiles, type ProfilesUnderTest } from '../profiles-under-test.js';

let profiles: ProfilesUnderTest;

beforeAll(async () => {
  profiles = await startProfiles();
});
afterAll(() => profiles.stop());
beforeEach(() => {
  profiles.services.onCards.clear();
});

async function issue(
  settings: Partial<ConsumerView['settings']>,
): Promise<ReplyOf<typeof issueMandate>> {
  const { cin } = await profiles.addConsumer({}, settings);
  const verdict = await profiles.useCases.authenticateConsumer({
    identity: { kind: 'cin', value: cin },
    medium: 'rfid',
    assurance: 'claimed',
    pin: null,
    stationId: 'DUKE-CLT-001',
    visitedUtility: VISITED,
  });
  if (verdict.decision === 'refused') throw new Error(verdict.reason);
  return profiles.useCases.issueMandate({
    sessionId: systemIds.uuid(),
    pseudonym: verdict.pseudonym,
    visitedUtility: VISITED,
    assurance: 'claimed',
    agreedTariff: await profiles.agreedTariff(),
    held: { taken: [], returned: [] },
  });
}

describe('a mandate of a driver who pays by card', () => {
  it('holds its cap on the card, and is good for one session', async () => {
    const reply = await issue({ paymentMode: 'creditCard', paymentMethod: 'sandbox-card' });
    expect(reply).toMatchObject({
      decision: 'issued',
      mandate: { document: { paymentMode: 'creditCard', singleSession: true } },
    });
    if (reply.decision !== 'issued') throw new Error('refused');
    const { mandateId, moneyCap } = reply.mandate.document;
    expect([...profiles.services.onCards]).toEqual([
      [mandateId, BigInt(moneyCap.amount.replace('.', ''))],
    ]);
  });

  it('is not issued where the card is declined', async () => {
    const settings = { paymentMode: 'creditCard', paymentMethod: 'sandbox-declined' } as const;
    expect(await issue(settings)).toEqual({ decision: 'refused', reason: 'credit_exhausted' });
  });

  it('holds nothing for debit, which is charged when the session has ended', async () => {
    const reply = await issue({ paymentMode: 'debit', paymentMethod: 'sandbox-account' });
    expect(reply).toMatchObject({ mandate: { document: { singleSession: false } } });
    expect(profiles.services.onCards.size).toBe(0);
  });

  it.each([
    ['creditCard', undefined],
    ['debit', undefined],
    ['postPaid', 'sandbox-card'],
    ['prepaid', 'sandbox-card'],
  ] as const)('%s with the method %s is no consumer', async (paymentMode, paymentMethod) => {
    const settings = { paymentMode, ...(paymentMethod === undefined ? {} : { paymentMethod }) };
    await expect(profiles.addConsumer({}, settings)).rejects.toMatchObject({
      code: 'unprocessable',
      fields: [{ path: 'paymentMethod' }],
    });
  });
});
