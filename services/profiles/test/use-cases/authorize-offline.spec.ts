import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AgreementTerms, ConsumerView, DirectoryPage } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { publishDirectory } from '../../src/use-cases/keep-directory.js';
import { fetchPricesAhead } from '../../src/use-cases/fetch-prices-ahead.js';
import { agreementWith, HOME, retailTariffOf, termsAt, VISITED } from '../documents.js';
import { startProfiles, type ProfilesUnderTest } from '../profiles-under-test.js';

let profiles: ProfilesUnderTest;

const RULE: AgreementTerms['offlineRule'] = {
  kind: 'directoryEntry',
  energyKwh: '30',
  amount: '15.00',
  greatestAgeHours: 72,
};

beforeAll(async () => {
  profiles = await startProfiles();
  profiles.services.agreement = agreementWith(termsAt(VISITED, { offlineRule: RULE }));
  const agreedTariff = await profiles.agreedTariff();
  const crp = profiles.crpSigners[HOME];
  if (crp === undefined) throw new Error('no crp');
  const retailTariff = await retailTariffOf(crp, agreedTariff);
  await profiles.visited.parts.offline.keepPrice({ agreedTariff, retailTariff });
}, 60_000);
afterAll(() => profiles.stop());

/** what home has to say reaches the visited utility */
async function publish(): Promise<DirectoryPage[]> {
  await publishDirectory(profiles.parts);
  const pages = (await profiles.sent('profiles.receiveDirectory'))
    .filter(({ to }) => to === VISITED)
    .map(({ payload }) => payload as unknown as DirectoryPage);
  for (const page of pages) await profiles.visited.useCases.receiveDirectory(page);
  return pages;
}

async function consumer(settings: Partial<ConsumerView['settings']> = {}) {
  const added = await profiles.addConsumer({}, settings);
  await publish();
  return added;
}

const ask = (cin: string, used = { energyKwh: '0', amount: '0' }) =>
  profiles.visited.useCases.authorizeOffline({
    identity: { kind: 'cin', value: cin },
    homeUtility: HOME,
    medium: 'rfid',
    stationClass: 'AC',
    used,
  });

const refused = (reason: string) => ({ decision: 'refused', reason });

describe('the off-line rule', () => {
  it('gives a mandate on what home signed in advance, of visited’s own hand', async () => {
    const { cin } = await consumer();
    const reply = await ask(cin);
    if (reply.decision !== 'granted') throw new Error(reply.reason);
    const { mandate } = reply;
    expect(mandate.document).toMatchObject({
      assurance: 'claimed',
      tier: 'Gold',
      energyCapKwh: '30.000',
      moneyCap: { currency: 'USD', amount: '15.00' },
      singleSession: true,
      beyondCreditBorneBy: 'visited',
      offline: { window: { hours: 72, energyKwh: '30.000' } },
    });
    await profiles.verifier.verify(mandate, VISITED, 'profiles');
    const { offline } = mandate.document;
    if (offline === undefined) throw new Error('no basis');
    await profiles.verifier.verify(offline.entry, HOME, 'profiles');
    await profiles.verifier.verify(offline.directory, HOME, 'profiles');
  });

  it.each([
    ['nothing used', { energyKwh: '0', amount: '0' }, ['30.000', '15.00']],
    ['20 kWh used', { energyKwh: '20', amount: '6.00' }, ['10.000', '9.00']],
    ['all energy used', { energyKwh: '30', amount: '1.00' }, 'credit_exhausted'],
    ['more money used than allowed', { energyKwh: '1', amount: '15.01' }, 'credit_exhausted'],
  ] as const)('is for the rest of the window: %s', async (_case, used, expected) => {
    const { cin } = await consumer();
    const reply = await ask(cin, used);
    expect(
      reply.decision === 'refused'
        ? reply.reason
        : [reply.mandate.document.energyCapKwh, reply.mandate.document.moneyCap.amount],
    ).toEqual(expected);
  });

  it.each([
    ['a prepaid driver', { paymentMode: 'prepaid' }],
    ['a card that home would have to hold', { paymentMode: 'creditCard', paymentMethod: 'card-1' }],
  ] as const)('refuses %s', async (_who, settings) => {
    const { cin } = await consumer(settings);
    expect(await ask(cin)).toEqual(refused('home_unreachable'));
  });

  it('never allows more than the consumer’s own limit', async () => {
    const { cin } = await consumer({ limitAmount: '4.00', limitEnergyKwh: '7' });
    expect(await ask(cin)).toMatchObject({
      mandate: { document: { energyCapKwh: '7.000', moneyCap: { amount: '4.00' } } },
    });
  });

  it('refuses whom home does not know, and a plan whose price is not known here', async () => {
    expect(await ask('84000195011009999999')).toEqual(refused('home_unreachable'));
    const { cin } = await consumer({ planId: 'other' });
    expect(await ask(cin)).toEqual(refused('tariff_unavailable'));
  });

  it('knows such a price once it was fetched ahead; a silent home is asked again', async () => {
    const { cin } = await consumer({ planId: 'fetched' });
    const parts = profiles.visited.parts;
    await fetchPricesAhead({
      ...parts,
      retailTariffOf: () => Promise.reject(new RoamgridError('peer_unreachable', 'silent')),
    });
    expect(await ask(cin)).toEqual(refused('tariff_unavailable'));
    await fetchPricesAhead({
      ...parts,
      retailTariffOf: async (missing) =>
        (await profiles.useCases.readRetailTariff({ ...missing, visitedUtility: VISITED }))
          .retailTariff,
    });
    expect(await ask(cin)).toMatchObject({ decision: 'granted' });
  });

  it('ends with a blocked consumer, and so does what stands on the entry', async () => {
    const { cin, consumerId } = await consumer();
    const reply = await ask(cin);
    if (reply.decision !== 'granted') throw new Error(reply.reason);
    await profiles.useCases.updateConsumer({ consumerId, state: 'blocked', settings: {} });
    await publish();
    expect(await ask(cin)).toEqual(refused('home_unreachable'));
    const ended = await profiles.visited.database.query(
      `SELECT payload FROM outbox WHERE subject = 'aaa.endMandate'`,
    );
    expect(ended).toContainEqual({
      payload: { mandateId: reply.mandate.document.mandateId, homeUtility: HOME },
    });
    const { pseudonym, offline } = reply.mandate.document;
    const { tokenHash, number } = offline?.entry.document ?? { tokenHash: '', number: 1 };
    const resolved = await profiles.useCases.resolvePseudonym({
      pseudonym,
      visitedUtility: VISITED,
      directoryEntry: { tokenHash, number },
    });
    expect(resolved.consumer?.revokedAt).not.toBeNull();
  });

  it('denies where the agreement says so', async () => {
    const { cin } = await consumer();
    profiles.services.agreement = agreementWith(
      termsAt(VISITED, { offlineRule: { ...RULE, kind: 'deny' } }),
    );
    expect(await ask(cin)).toEqual(refused('home_unreachable'));
    profiles.services.agreement = agreementWith(termsAt(VISITED, { offlineRule: RULE }));
  });

  it('ends when home’s word on its directory is too old', async () => {
    const { cin } = await consumer();
    profiles.clock.advanceHours(71);
    expect(await ask(cin)).toMatchObject({ decision: 'granted' });
    profiles.clock.advanceHours(2);
    expect(await ask(cin)).toEqual(refused('home_unreachable'));
  });
});
