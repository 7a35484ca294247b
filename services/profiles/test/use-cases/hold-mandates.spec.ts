import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type {
  findMandate,
  MandateDocument,
  RequestOf,
  SignedAgreedTariff,
  SignedMandate,
} from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { systemIds } from '@roamgrid/platform';
import { HOME, PERIOD, retailTariffOf, VISITED } from '../documents.js';
import { catchUpRevocations } from '../../src/use-cases/catch-up-revocations.js';
import { startProfiles, type ProfilesUnderTest } from '../profiles-under-test.js';

let profiles: ProfilesUnderTest;
let agreedTariff: SignedAgreedTariff;

beforeAll(async () => {
  profiles = await startProfiles();
  agreedTariff = await profiles.agreedTariff();
});
afterAll(() => profiles.stop());

async function mandateOf(changes: Partial<MandateDocument> = {}): Promise<SignedMandate> {
  const crp = profiles.crpSigners[HOME];
  if (crp === undefined) throw new Error('home has no crp');
  return profiles.signer.sign<MandateDocument>({
    type: 'mandate',
    schemaVersion: 1,
    mandateId: systemIds.uuid(),
    homeUtility: HOME,
    visitedUtility: VISITED,
    agreementId: 'ag-1',
    agreementHash: 'a'.repeat(64),
    pseudonym: 'ps-1',
    assurance: 'claimed',
    customerClass: 'residential',
    tier: 'Gold',
    paymentMode: 'postPaid',
    energyCapKwh: '50.000',
    moneyCap: { currency: 'USD', amount: '20.00' },
    maxConcurrentSessions: 1,
    singleSession: false,
    preAgreedPrice: true,
    agreedTariffHash: agreedTariff.documentHash,
    retailTariff: await retailTariffOf(crp, agreedTariff),
    notBefore: PERIOD.notBefore,
    notAfter: profiles.clock.at(24),
    ...changes,
  });
}

let count = 0;
const someone = () => {
  count += 1;
  return { kind: 'cin' as const, value: String(count).padStart(20, '0') };
};

type Query = RequestOf<typeof findMandate>;

async function found(identity: Query['identity'], changes: Partial<Query> = {}) {
  const { entry } = await profiles.visited.useCases.findMandate({
    identity,
    homeUtility: HOME,
    medium: 'rfid',
    assurance: 'claimed',
    stationClass: 'AC',
    at: profiles.clock.at(0),
    rememberedHash: null,
    ...changes,
  });
  return entry?.mandate.document.mandateId ?? null;
}

async function stored(changes: Partial<MandateDocument> = {}) {
  const [identity, mandate] = [someone(), await mandateOf(changes)];
  await profiles.visited.useCases.storeMandate({ identity, mandate, agreedTariff });
  return { identity, mandate, mandateId: mandate.document.mandateId };
}

async function views(): Promise<Record<string, unknown>[]> {
  const rows = await profiles.visited.database.query<{
    payload: { kind: string; data: Record<string, unknown> };
  }>(`SELECT payload FROM outbox WHERE subject = 'portal.project' ORDER BY id`);
  return rows.map(({ payload }) => payload.data);
}

describe('a mandate that is held', () => {
  it('answers for its driver, home and class', async () => {
    const { identity, mandateId } = await stored();
    expect(await found(identity)).toBe(mandateId);
    expect(await found(someone())).toBeNull();
    expect(await found(identity, { homeUtility: 'georgia-power' })).toBeNull();
    expect(await found(identity, { stationClass: 'DC' })).toBeNull();
    expect(await found({ ...identity, kind: 'contractId' })).toBeNull();
    expect((await views()).at(-1)).toMatchObject({ mandateId, role: 'visited', state: 'active' });
  });

  it('is not sent again to whoever remembers it, and is where another took its place', async () => {
    const { identity, mandate, mandateId } = await stored();
    const ask = (rememberedHash: string) =>
      profiles.visited.useCases.findMandate({
        identity,
        homeUtility: HOME,
        medium: 'rfid',
        assurance: 'claimed',
        stationClass: 'AC',
        at: profiles.clock.at(0),
        rememberedHash,
      });
    const remembered = { isRemembered: true, entry: null };
    expect(await ask(mandate.documentHash)).toEqual(remembered);
    expect(await ask('0'.repeat(64))).toEqual({
      isRemembered: false,
      entry: { mandate, agreedTariff },
    });
    const at = profiles.clock.at(0);
    await profiles.visited.useCases.noteMandateUse({ mandateId, state: 'used_up', at });
    expect(await ask(mandate.documentHash)).toEqual({ isRemembered: false, entry: null });
  });

  it('answers for the assurance it was issued for, and no other', async () => {
    const { identity } = await stored({ assurance: 'knowledge' });
    expect(await found(identity)).toBeNull();
    expect(await found(identity, { assurance: 'possession' })).toBeNull();
  });

  it('of two media is found under both', async () => {
    const { mandate, identity, mandateId } = await stored();
    const contract = { kind: 'contractId' as const, value: 'USALA0000000012' };
    await profiles.visited.useCases.storeMandate({ identity: contract, mandate, agreedTariff });
    expect(await found(identity)).toBe(mandateId);
    expect(await found(contract)).toBe(mandateId);
    await profiles.visited.useCases.noteMandateUse({
      mandateId,
      state: 'used_up',
      at: profiles.clock.at(0),
    });
    expect([await found(identity), await found(contract)]).toEqual([null, null]);
    expect((await views()).at(-1)).toMatchObject({ mandateId, state: 'used_up' });
  });

  it.each(['dial', 'ocr', 'voice'] as const)(
    'never answers for %s: home checks the PIN',
    async (medium) => {
      const { identity } = await stored();
      expect(await found(identity, { medium })).toBeNull();
    },
  );

  it('for a single session never answers', async () => {
    const { identity } = await stored({ singleSession: true });
    expect(await found(identity)).toBeNull();
  });

  it('ends when its time is over', async () => {
    const { identity, mandateId } = await stored({ notAfter: profiles.clock.at(2) });
    expect(await found(identity, { at: profiles.clock.at(1) })).toBe(mandateId);
    expect(await found(identity, { at: profiles.clock.at(2) })).toBeNull();
  });
});

describe('a mandate is not kept', () => {
  const store = (mandate: SignedMandate, tariff = agreedTariff) =>
    profiles.visited.useCases.storeMandate({ identity: someone(), mandate, agreedTariff: tariff });

  it('for another visited utility or another tariff', async () => {
    const elsewhere = await mandateOf({ visitedUtility: 'georgia-power' });
    await expect(store(elsewhere)).rejects.toMatchObject({ code: 'unprocessable' });
    const other = await profiles.agreedTariff({ agreedTariffId: 'at-9' });
    await expect(store(await mandateOf(), other)).rejects.toMatchObject({ code: 'unprocessable' });
    const underOther = await mandateOf({ agreedTariffHash: other.documentHash });
    await expect(store(underOther, other)).rejects.toMatchObject({ code: 'unprocessable' });
  });

  it('with a signature that does not fit, or of somebody else', async () => {
    const mandate = await mandateOf();
    const raised = { ...mandate, document: { ...mandate.document, energyCapKwh: '5000' } };
    await expect(store(raised)).rejects.toMatchObject({ code: 'signature_invalid' });
    const foreign = await mandateOf({ homeUtility: 'northern-hydro' });
    await expect(store(foreign)).rejects.toMatchObject({ code: 'signature_invalid' });
    const [head, tail] = mandate.signature.split('..');
    const other = tail?.startsWith('A') === true ? 'B' : 'A';
    const cut = { ...mandate, signature: `${head ?? ''}..${other}${(tail ?? '').slice(1)}` };
    await expect(store(cut)).rejects.toMatchObject({ code: 'signature_invalid' });
  });
});

describe('a revocation', () => {
  const revocationOf = (mandateId: string, number: number, homeUtility = HOME) =>
    profiles.signer.sign({
      type: 'revocation' as const,
      schemaVersion: 1 as const,
      number,
      mandateId,
      homeUtility,
      visitedUtility: VISITED,
      reason: 'withdrawn' as const,
      issuedAt: profiles.clock.at(0),
    });

  it('ends the mandate; twice changes nothing', async () => {
    const { identity, mandateId } = await stored();
    const revocation = await revocationOf(mandateId, 1);
    await profiles.visited.useCases.receiveRevocation(revocation);
    await profiles.visited.useCases.receiveRevocation(revocation);
    expect(await found(identity)).toBeNull();
    const revoked = (await views()).filter((view) => view['mandateId'] === mandateId);
    expect(revoked.map(({ state }) => state)).toEqual(['active', 'revoked']);
  });

  it('that comes before its mandate holds all the same', async () => {
    const mandate = await mandateOf();
    const identity = someone();
    await profiles.visited.useCases.receiveRevocation(
      await revocationOf(mandate.document.mandateId, 2),
    );
    await profiles.visited.useCases.storeMandate({ identity, mandate, agreedTariff });
    expect(await found(identity)).toBeNull();
  });

  it('is told to aaa once, which lets nobody begin under it any more', async () => {
    const { mandateId } = await stored();
    const revocation = await revocationOf(mandateId, 11);
    await profiles.visited.useCases.receiveRevocation(revocation);
    await profiles.visited.useCases.receiveRevocation(revocation);
    const told = await profiles.visited.database.query<{ payload: unknown }>(
      `SELECT payload FROM outbox WHERE subject = 'aaa.endMandate' AND payload->>'mandateId' = $1`,
      [mandateId],
    );
    expect(told.map(({ payload }) => payload)).toEqual([{ mandateId, homeUtility: HOME }]);
  });

  it('that was missed is asked for by number, and taken only from home', async () => {
    const [first, second, third] = [await stored(), await stored(), await stored()];
    const held = profiles.visited.held;
    await profiles.visited.database.query('DELETE FROM revocations_received');
    const series = await Promise.all(
      [first, second, third].map(({ mandateId }, index) => revocationOf(mandateId, index + 1)),
    );
    const [one, , three] = series;
    if (one === undefined || three === undefined) throw new Error('no series');
    await profiles.visited.useCases.receiveRevocation(one);
    // the second was lost
    await profiles.visited.useCases.receiveRevocation(three);
    expect(await held.revocationsHeld()).toEqual([{ homeUtility: HOME, complete: 1 }]);
    const asked: unknown[] = [];
    const parts = {
      utility: VISITED,
      held,
      verifier: profiles.verifier,
      revocationsOf: (homeUtility: string, after: number) => {
        asked.push([homeUtility, after]);
        return Promise.resolve(series.slice(after));
      },
    };
    await catchUpRevocations(parts);
    expect(asked).toEqual([[HOME, 1]]);
    expect(await found(second.identity)).toBeNull();
    expect(await held.revocationsHeld()).toEqual([{ homeUtility: HOME, complete: 3 }]);
    const forged = await revocationOf(first.mandateId, 4, 'northern-hydro');
    const asHome = { ...forged, document: { ...forged.document, homeUtility: HOME } };
    await expect(
      catchUpRevocations({ ...parts, revocationsOf: () => Promise.resolve([asHome]) }),
    ).rejects.toMatchObject({ code: 'signature_invalid' });
    const silent = new RoamgridError('peer_unreachable', 'nobody listens');
    expect(
      await catchUpRevocations({ ...parts, revocationsOf: () => Promise.reject(silent) }),
    ).toBe(0);
  });

  it('that home did not sign is refused', async () => {
    const { identity, mandateId } = await stored();
    const forged = await revocationOf(mandateId, 3, 'northern-hydro');
    await expect(profiles.visited.useCases.receiveRevocation(forged)).rejects.toMatchObject({
      code: 'signature_invalid',
    });
    expect(await found(identity)).toBe(mandateId);
  });
});
