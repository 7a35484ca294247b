import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConsumerView, issueMandate, RequestOf, SignedMandate } from '@roamgrid/contracts';
import { systemIds } from '@roamgrid/platform';
import { reconcileCredit } from '../../src/use-cases/reconcile-credit.js';
import { agreementWith, fxRate, HOME, termsAt, VISITED } from '../documents.js';
import { startProfiles, type ProfilesUnderTest } from '../profiles-under-test.js';

let profiles: ProfilesUnderTest;

beforeAll(async () => {
  profiles = await startProfiles();
});
afterAll(() => profiles.stop());

beforeEach(() => {
  Object.assign(profiles.services, {
    agreement: agreementWith(termsAt(VISITED)),
    hasRetailTariff: true,
    fx: null,
    balanceMinor: 1_000n,
  });
  profiles.services.reserved.clear();
  profiles.recalls.answer = true;
  profiles.recalls.asked.length = 0;
});

type Request = RequestOf<typeof issueMandate>;

interface Driver {
  readonly consumerId: string;
  readonly pseudonym: string;
}

async function driver(
  settings: Partial<ConsumerView['settings']> = {},
  visitedUtility = VISITED,
): Promise<Driver> {
  const { consumerId, cin } = await profiles.addConsumer(
    {},
    { paymentMode: 'prepaid', ...settings },
  );
  const verdict = await profiles.useCases.authenticateConsumer({
    identity: { kind: 'cin', value: cin },
    medium: 'rfid',
    assurance: 'claimed',
    pin: null,
    stationId: 'DUKE-CLT-001',
    visitedUtility,
  });
  if (verdict.decision === 'refused') throw new Error(verdict.reason);
  return { consumerId, pseudonym: verdict.pseudonym };
}

async function issue({ pseudonym }: Driver, changes: Partial<Request> = {}) {
  return profiles.useCases.issueMandate({
    sessionId: systemIds.uuid(),
    pseudonym,
    visitedUtility: VISITED,
    assurance: 'claimed',
    agreedTariff: changes.agreedTariff ?? (await profiles.agreedTariff()),
    held: { taken: [], returned: [] },
    ...changes,
  });
}

async function issued(who: Driver, changes: Partial<Request> = {}): Promise<SignedMandate> {
  const reply = await issue(who, changes);
  if (reply.decision === 'refused') throw new Error(`refused: ${reply.reason}`);
  return reply.mandate;
}

const idOf = ({ document }: SignedMandate): string => document.mandateId;

describe('a prepaid mandate', () => {
  it('reserves its cap and is good for one session', async () => {
    const mandate = await issued(await driver());
    expect(mandate.document).toMatchObject({
      singleSession: true,
      paymentMode: 'prepaid',
      moneyCap: { amount: '10.00' },
    });
    expect(profiles.services.balanceMinor).toBe(0n);
    expect([...profiles.services.reserved.keys()]).toEqual([idOf(mandate)]);
  });

  it('is refused without credit', async () => {
    profiles.services.balanceMinor = 0n;
    expect(await issue(await driver())).toEqual({
      decision: 'refused',
      reason: 'credit_exhausted',
    });
  });

  it('of the same session twice at once reserves once and gives nothing back', async () => {
    const who = await driver();
    const sessionId = systemIds.uuid();
    await profiles.sent();
    const mandates = await Promise.all([1, 2, 3].map(() => issued(who, { sessionId })));
    expect(new Set(mandates.map(idOf)).size).toBe(1);
    expect(await profiles.sent('settlement.releaseCredit')).toEqual([]);
  });

  it('that is worth nothing in the visited currency is given back', async () => {
    profiles.services.fx = fxRate('CAD', 'USD', '1.5');
    profiles.services.balanceMinor = 1n;
    await profiles.sent();
    expect(await issue(await driver())).toMatchObject({ reason: 'credit_exhausted' });
    const [mandateId] = profiles.services.reserved.keys();
    expect(await profiles.sent('settlement.releaseCredit')).toMatchObject([
      { to: HOME, payload: { mandateId } },
    ]);
  });
});

describe('a second swipe of the same prepaid driver', () => {
  it('at the same utility gets the same mandate, also many at once', async () => {
    const who = await driver();
    const mandates = await Promise.all(Array.from({ length: 8 }, () => issued(who)));
    expect(new Set(mandates.map(idOf)).size).toBe(1);
    expect(profiles.services.balanceMinor).toBe(0n);
    expect(profiles.recalls.asked).toEqual([]);
  });

  it('while a charge runs under the mandate gets what is left', async () => {
    const who = await driver();
    profiles.services.balanceMinor = 2_500n;
    const first = await issued(who);
    expect(first.document.moneyCap.amount).toBe('20.00');
    const held = { taken: [idOf(first)], returned: [] };
    const second = await issued(who, { held });
    expect(second.document.moneyCap.amount).toBe('5.00');
    expect(profiles.recalls.asked).toEqual([]);
    const taken = [idOf(first), idOf(second)];
    expect(await issue(who, { held: { taken, returned: [] } })).toMatchObject({
      reason: 'credit_exhausted',
    });
  });

  it('after the visited side gave the mandate back has all credit again', async () => {
    const who = await driver();
    const first = await issued(who);
    const second = await issued(who, { held: { taken: [], returned: [idOf(first)] } });
    expect(idOf(second)).not.toBe(idOf(first));
    expect(second.document.moneyCap.amount).toBe('10.00');
    expect([...profiles.services.reserved.keys()]).toEqual([idOf(second)]);
  });

  it('does not end what another driver or utility holds', async () => {
    const [who, other] = [await driver(), await driver()];
    const first = await issued(who);
    profiles.services.balanceMinor = 1_000n;
    const second = await issued(other, { held: { taken: [], returned: [idOf(first)] } });
    expect(profiles.services.reserved.get(idOf(first))).toBe(1_000n);
    expect(idOf(second)).not.toBe(idOf(first));
  });

  it('at another price recalls the first, and the credit moves with it', async () => {
    const who = await driver();
    const first = await issued(who);
    const dearer = await profiles.agreedTariff({ agreedTariffId: 'at-dc' });
    const second = await issued(who, { agreedTariff: dearer });
    expect(profiles.recalls.asked).toEqual([{ visitedUtility: VISITED, mandateId: idOf(first) }]);
    expect(second.document.moneyCap.amount).toBe('10.00');
    expect([...profiles.services.reserved.keys()]).toEqual([idOf(second)]);
  });

  it('elsewhere has the remaining credit where the first cannot be recalled', async () => {
    const who = await driver();
    await issued(who);
    profiles.recalls.answer = false;
    const dearer = await profiles.agreedTariff({ agreedTariffId: 'at-dc' });
    expect(await issue(who, { agreedTariff: dearer })).toMatchObject({
      reason: 'credit_exhausted',
    });
    profiles.services.balanceMinor = 300n;
    const second = await issued(who, { agreedTariff: dearer });
    expect(second.document.moneyCap.amount).toBe('3.00');
  });

  it('recalls nothing where there is credit for both', async () => {
    const who = await driver();
    profiles.services.balanceMinor = 4_000n;
    await issued(who);
    const dearer = await profiles.agreedTariff({ agreedTariffId: 'at-dc' });
    expect((await issued(who, { agreedTariff: dearer })).document.moneyCap.amount).toBe('20.00');
    expect(profiles.recalls.asked).toEqual([]);
  });

  it('after money was paid in reaches further', async () => {
    const who = await driver();
    const first = await issued(who);
    profiles.services.balanceMinor = 500n;
    const second = await issued(who);
    expect(profiles.recalls.asked).toEqual([{ visitedUtility: VISITED, mandateId: idOf(first) }]);
    expect(second.document.moneyCap.amount).toBe('15.00');
  });

  it.each([1_000n, 1_500n, 2_700n])(
    'never has more than %s minor units reserved, at two prices and at once',
    async (balanceMinor) => {
      const who = await driver();
      profiles.services.balanceMinor = balanceMinor;
      const tariffs = await Promise.all(
        ['at-1', 'at-2'].map((agreedTariffId) => profiles.agreedTariff({ agreedTariffId })),
      );
      const replies = await Promise.all(
        Array.from({ length: 10 }, (_, index) => {
          const agreedTariff = tariffs[index % 2];
          return issue(who, agreedTariff === undefined ? {} : { agreedTariff });
        }),
      );
      expect(replies.filter(({ decision }) => decision === 'issued').length).toBeGreaterThan(0);
      const reserved = [...profiles.services.reserved.values()];
      const sum = reserved.reduce((total, minor) => total + minor, 0n);
      expect(sum + profiles.services.balanceMinor).toBe(balanceMinor);
      const [row] = await profiles.database.query<{ minor: bigint }>(
        `SELECT COALESCE(sum(home_cap_minor), 0)::bigint AS minor FROM mandates_issued
          WHERE consumer_id = $1 AND state = 'active'`,
        [who.consumerId],
      );
      expect(row?.minor).toBe(sum);
    },
  );
});

describe('credit that nobody will charge', () => {
  const reconcile = () => reconcileCredit({ issued: profiles.issued, clock: profiles.clock });

  it('was reserved for a mandate that never came to be', async () => {
    const who = await driver();
    const { services } = profiles;
    const reserve = services.reserveCredit.bind(services);
    services.reserveCredit = async (request) => {
      await reserve(request);
      throw new Error('the process dies here');
    };
    await expect(issue(who)).rejects.toThrow('dies');
    services.reserveCredit = reserve;
    const [mandateId] = services.reserved.keys();
    await profiles.sent();
    await reconcile();
    expect(await profiles.sent('settlement.releaseCredit')).toEqual([]);
    profiles.clock.advanceHours(0.1);
    await reconcile();
    expect(await profiles.sent('settlement.releaseCredit')).toMatchObject([
      { to: HOME, payload: { mandateId } },
    ]);
    await reconcile();
    expect(await profiles.sent('settlement.releaseCredit')).toEqual([]);
  });

  it('belongs to a mandate that ran out days ago without a word', async () => {
    const who = await driver();
    const mandate = await issued(who);
    await profiles.sent();
    profiles.clock.advanceHours(24 + 95);
    await reconcile();
    expect(await profiles.sent('settlement.releaseCredit')).toEqual([]);
    profiles.clock.advanceHours(2);
    await reconcile();
    const released = await profiles.sent('settlement.releaseCredit');
    expect(released.map(({ payload }) => payload['mandateId'])).toContain(idOf(mandate));
  });
});
