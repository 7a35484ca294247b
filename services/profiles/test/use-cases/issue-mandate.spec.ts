import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConsumerView, issueMandate, RequestOf } from '@roamgrid/contracts';
import { systemIds } from '@roamgrid/platform';
import { ABROAD, agreementWith, HOME, termsAt, VISITED } from '../documents.js';
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
    balanceMinor: 0n,
  });
});

type Request = RequestOf<typeof issueMandate>;

async function pseudonymOf(cin: string, visitedUtility = VISITED): Promise<string> {
  const verdict = await profiles.useCases.authenticateConsumer({
    identity: { kind: 'cin', value: cin },
    medium: 'rfid',
    assurance: 'claimed',
    pin: null,
    stationId: 'DUKE-CLT-001',
    visitedUtility,
  });
  if (verdict.decision === 'refused') throw new Error(verdict.reason);
  return verdict.pseudonym;
}

/** a new consumer and their pseudonym at the visited utility */
async function known(settings: Partial<ConsumerView['settings']> = {}, visitedUtility = VISITED) {
  const consumer = await profiles.addConsumer({}, settings);
  return { ...consumer, pseudonym: await pseudonymOf(consumer.cin, visitedUtility) };
}

async function issue(pseudonym: string, changes: Partial<Request> = {}) {
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

async function issued(pseudonym: string, changes: Partial<Request> = {}) {
  const reply = await issue(pseudonym, changes);
  if (reply.decision === 'refused') throw new Error(`refused: ${reply.reason}`);
  return reply.mandate;
}

/** signed by those whom it concerns, and at home by home alone */
async function agreedAt(visitedUtility: string) {
  const agreed = await profiles.agreedTariff({
    visitedUtility,
    ...(visitedUtility === HOME
      ? { agreementId: null, agreementHash: null, negotiationId: null, outcome: 'domestic' }
      : {}),
  });
  const parties = [HOME, visitedUtility];
  const signatures = agreed.signatures.filter(({ utility }) => parties.includes(utility));
  return { ...agreed, signatures };
}

async function openCapsOf(consumerId: string) {
  const [row] = await profiles.database.query<{ energy: bigint; minor: bigint; open: bigint }>(
    `SELECT COALESCE(sum(energy_cap_milli_wh), 0)::bigint AS energy,
       COALESCE(sum(home_cap_minor), 0)::bigint AS minor, count(*) AS open
     FROM mandates_issued WHERE consumer_id = $1 AND state = 'active'`,
    [consumerId],
  );
  return row ?? { energy: 0n, minor: 0n, open: 0n };
}

describe('a mandate', () => {
  it('is signed by home, within the agreement, and good for a day', async () => {
    const { pseudonym } = await known();
    await profiles.sent();
    const mandate = await issued(pseudonym);
    await profiles.verifier.verify(mandate, HOME, 'profiles');
    expect(mandate.document).toMatchObject({
      homeUtility: HOME,
      visitedUtility: VISITED,
      pseudonym,
      assurance: 'claimed',
      tier: 'Gold',
      energyCapKwh: '50.000',
      moneyCap: { currency: 'USD', amount: '20.00' },
      singleSession: false,
      notBefore: profiles.clock.at(0),
      notAfter: profiles.clock.at(24),
    });
    expect(await profiles.sent('portal.project')).toMatchObject([
      { payload: { kind: 'mandate', facet: 'profiles', data: { role: 'home', state: 'active' } } },
    ]);
  });

  it('is given again while an equal one is open, and anew where anything differs', async () => {
    const { pseudonym, consumerId } = await known({ limitAmount: '100.00' });
    const first = await issued(pseudonym);
    expect(await issued(pseudonym)).toEqual(first);
    const withPin = await issued(pseudonym, { assurance: 'possession' });
    expect(withPin.document.mandateId).not.toBe(first.document.mandateId);
    const other = await profiles.agreedTariff({ agreedTariffId: 'at-2' });
    const underOther = await issued(pseudonym, { agreedTariff: other });
    expect(underOther.document.agreedTariffHash).toBe(other.documentHash);
    await issued(pseudonym, { assurance: 'knowledge' });
    expect(await openCapsOf(consumerId)).toEqual({
      energy: 200_000_000n,
      minor: 9_000n,
      open: 4n,
    });
    profiles.clock.advanceHours(23.5);
    // an hour or less is left of the first, and the open ones take all the kWh
    expect(await issue(pseudonym)).toMatchObject({ reason: 'credit_exhausted' });
    profiles.clock.advanceHours(1);
    expect((await issued(pseudonym)).document.mandateId).not.toBe(first.document.mandateId);
  });

  it('leaves room for three more elsewhere, and no consumer is locked out by one charge', async () => {
    const { pseudonym, consumerId } = await known({ limitEnergyKwh: '40', limitAmount: '16.00' });
    for (const agreedTariffId of ['at-1', 'at-2', 'at-3', 'at-4']) {
      const agreedTariff = await profiles.agreedTariff({ agreedTariffId });
      expect((await issued(pseudonym, { agreedTariff })).document).toMatchObject({
        energyCapKwh: '10.000',
        moneyCap: { amount: '4.00' },
      });
    }
    expect(await openCapsOf(consumerId)).toEqual({ energy: 40_000_000n, minor: 1_600n, open: 4n });
    const fifth = await profiles.agreedTariff({ agreedTariffId: 'at-5' });
    expect(await issue(pseudonym, { agreedTariff: fifth })).toMatchObject({
      reason: 'credit_exhausted',
    });
  });

  it('is the same for the same session, also twice at once', async () => {
    const { pseudonym } = await known();
    const sessionId = systemIds.uuid();
    const mandates = await Promise.all([1, 2, 3].map(() => issued(pseudonym, { sessionId })));
    expect(new Set(mandates.map(({ documentHash }) => documentHash)).size).toBe(1);
  });

  it('of a session is not given to another utility or driver that names it', async () => {
    const sessionId = systemIds.uuid();
    const { pseudonym } = await known();
    await issued(pseudonym, { sessionId });
    const other = await known();
    expect(await issue(other.pseudonym, { sessionId })).toEqual({
      decision: 'refused',
      reason: 'credential_rejected',
    });
  });

  it.each([
    ['200', '100.00', 200_000_000n, 10_000n],
    ['70', '25.00', 70_000_000n, 2_500n],
  ])(
    'never exceeds %s kWh and %s USD, when twenty are asked for at once',
    async (limitEnergyKwh, limitAmount, greatestEnergy, greatestMinor) => {
      const { pseudonym, consumerId } = await known({ limitEnergyKwh, limitAmount });
      const tariffs = await Promise.all(
        Array.from({ length: 4 }, (_, index) =>
          profiles.agreedTariff({ agreedTariffId: `at-${String(index)}` }),
        ),
      );
      const replies = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          issue(pseudonym, { agreedTariff: tariffs[index % 4] ?? never() }),
        ),
      );
      const open = await openCapsOf(consumerId);
      expect(open.energy <= greatestEnergy && open.minor <= greatestMinor).toBe(true);
      expect(open.open > 0n).toBe(true);
      const refusals = replies.flatMap((reply) =>
        reply.decision === 'refused' ? [reply.reason] : [],
      );
      expect(new Set(refusals).size).toBeLessThanOrEqual(1);
      expect(refusals.every((reason) => reason === 'credit_exhausted')).toBe(true);
    },
  );

  it('never exceeds the limit at home and at two utilities at once, sixty times in all', async () => {
    const limits = { limitEnergyKwh: '90', limitAmount: '33.00' };
    const { cin, consumerId } = await known(limits);
    const { services } = profiles;
    const utilities = [VISITED, ABROAD, HOME];
    services.agreement = agreementWith(termsAt(VISITED), termsAt(ABROAD));
    const visits = await Promise.all(
      utilities.map(async (visitedUtility) => ({
        visitedUtility,
        pseudonym: await pseudonymOf(cin, visitedUtility),
        agreedTariff: await agreedAt(visitedUtility),
      })),
    );
    const replies = await Promise.all(
      Array.from({ length: 60 }, (_, index) => {
        const { pseudonym, ...visit } = visits[index % 3] ?? never();
        // a third each names another assurance, so that no two utilities' mandates are alike
        const assurance = (['claimed', 'possession', 'knowledge'] as const)[index % 7] ?? 'claimed';
        return issue(pseudonym, { ...visit, assurance });
      }),
    );
    const open = await openCapsOf(consumerId);
    expect(open.energy <= 90_000_000n && open.minor <= 3_300n).toBe(true);
    const held = replies.flatMap((reply) => (reply.decision === 'issued' ? [reply.mandate] : []));
    const mandates = new Map(held.map(({ document }) => [document.mandateId, document]));
    expect(BigInt(mandates.size)).toBe(open.open);
    // who is first takes a share; that others are left some shows that no utility took it all
    const served = new Set([...mandates.values()].map(({ visitedUtility }) => visitedUtility));
    expect(served.size).toBeGreaterThan(1);
  });

  it('counts while a charge runs under it, whatever ended it, until the end or a month is over', async () => {
    const { pseudonym } = await known({ limitEnergyKwh: '40', limitAmount: '16.00' });
    const mandates = [];
    for (const agreedTariffId of ['run-1', 'run-2', 'run-3', 'run-4']) {
      const agreedTariff = await profiles.agreedTariff({ agreedTariffId });
      mandates.push(await issued(pseudonym, { agreedTariff }));
    }
    const [first, second] = mandates.map(({ document }) => document.mandateId);
    const note = async (mandateId = '', state: 'begun' | 'ended' = 'begun', sessionId = '') => {
      const id = sessionId === '' ? systemIds.uuid() : sessionId;
      const charge = { sessionId: id, mandateId, state, at: profiles.clock.at(0) };
      await profiles.useCases.noteCharge(charge);
      return id;
    };
    const sessionId = await note(first);
    await note(second);
    // its end is told twice, and then a start that it overtook
    await note(second, 'ended', await note(second, 'ended'));
    for (const mandateId of [first, second]) {
      await profiles.useCases.revokeMandate({ mandateId: mandateId ?? '' });
    }
    // the revocations are in force
    profiles.clock.advanceSeconds(61);
    const fits = async (agreedTariffId: string) => {
      const agreedTariff = await profiles.agreedTariff({ agreedTariffId });
      return (await issue(pseudonym, { agreedTariff })).decision;
    };
    // two open ones and both whose charge runs
    expect(await fits('run-5')).toBe('refused');
    await note(first, 'ended', sessionId);
    await note(first, 'begun', sessionId);
    expect(await fits('run-5')).toBe('issued');
    expect(await fits('run-6')).toBe('refused');
    profiles.clock.advanceHours(24 * 32);
    for (const tariff of ['run-7', 'run-8', 'run-9', 'run-10']) {
      expect(await fits(tariff)).toBe('issued');
    }
  });

  it('asked for twenty times at once under one tariff is one that all share', async () => {
    const { pseudonym, consumerId } = await known();
    const agreedTariff = await profiles.agreedTariff();
    const mandates = await Promise.all(
      Array.from({ length: 20 }, () => issued(pseudonym, { agreedTariff })),
    );
    expect(new Set(mandates.map(({ documentHash }) => documentHash)).size).toBe(1);
    expect((await openCapsOf(consumerId)).open).toBe(1n);
  });
});

describe('no mandate', () => {
  const reason = async (pseudonym: string, changes: Partial<Request> = {}) => {
    const reply = await issue(pseudonym, changes);
    return reply.decision === 'refused' ? reply.reason : 'issued';
  };

  it('without consumer, agreement, price or credit', async () => {
    const { pseudonym, consumerId } = await known();
    const { services } = profiles;
    expect(await reason('ps-nobody')).toBe('credential_rejected');
    services.agreement = null;
    expect(await reason(pseudonym)).toBe('no_agreement');
    services.agreement = agreementWith(termsAt('georgia-power'));
    expect(await reason(pseudonym)).toBe('no_agreement');
    services.agreement = agreementWith(termsAt(VISITED));
    services.hasRetailTariff = false;
    expect(await reason(pseudonym)).toBe('tariff_unavailable');
    services.hasRetailTariff = true;
    const over = await profiles.agreedTariff({ notAfter: profiles.clock.at(0) });
    expect(await reason(pseudonym, { agreedTariff: over })).toBe('tariff_unavailable');
    const poor = await known({ limitAmount: '0' });
    expect(await reason(poor.pseudonym)).toBe('credit_exhausted');
    await profiles.useCases.updateConsumer({ consumerId, settings: {}, state: 'blocked' });
    expect(await reason(pseudonym)).toBe('consumer_blocked');
  });

  it('under a tariff that not both have signed', async () => {
    const { pseudonym } = await known();
    const agreed = await profiles.agreedTariff();
    const bySelf = { ...agreed, signatures: agreed.signatures.slice(0, 1) };
    await expect(issue(pseudonym, { agreedTariff: bySelf })).rejects.toMatchObject({
      code: 'signature_invalid',
    });
    const document = { ...agreed.document, customerClass: 'commercial' as const };
    const changed = { ...agreed, document };
    await expect(issue(pseudonym, { agreedTariff: changed })).rejects.toMatchObject({
      code: 'signature_invalid',
    });
  });
});

describe('a domestic mandate', () => {
  it('needs no agreement and no signature but home’s, and leaves room to roam', async () => {
    const { cin, pseudonym } = await known({}, HOME);
    profiles.services.agreement = null;
    const agreed = await profiles.agreedTariff({
      visitedUtility: HOME,
      agreementId: null,
      agreementHash: null,
      negotiationId: null,
      outcome: 'domestic',
    });
    const signatures = agreed.signatures.filter(({ utility }) => utility === HOME);
    const mandate = await issued(pseudonym, {
      visitedUtility: HOME,
      agreedTariff: { ...agreed, signatures },
    });
    expect(mandate.document).toMatchObject({
      agreementId: null,
      energyCapKwh: '50.000',
      moneyCap: { amount: '25.00' },
    });
    profiles.services.agreement = agreementWith(termsAt(VISITED));
    expect((await issued(await pseudonymOf(cin))).document.visitedUtility).toBe(VISITED);
  });
});

function never(): never {
  throw new Error('no such tariff');
}
