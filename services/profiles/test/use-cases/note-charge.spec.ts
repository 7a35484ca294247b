import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type {
  AgreementTerms,
  ConsumerView,
  DirectoryPage,
  noteCharge,
  RequestOf,
  SignedMandate,
} from '@roamgrid/contracts';
import { systemIds } from '@roamgrid/platform';
import { publishDirectory } from '../../src/use-cases/keep-directory.js';
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

/** a consumer of home, whom visited knows by its directory */
async function consumer(settings: Partial<ConsumerView['settings']>) {
  const added = await profiles.addConsumer({}, settings);
  await publishDirectory(profiles.parts);
  const pages = (await profiles.sent('profiles.receiveDirectory')).filter(
    ({ to }) => to === VISITED,
  );
  for (const { payload } of pages) {
    await profiles.visited.useCases.receiveDirectory(payload as unknown as DirectoryPage);
  }
  return added;
}

/** home is silent: visited makes a mandate on what home signed in advance, of 30 kWh and 15.00 */
async function offlineMandate(cin: string): Promise<SignedMandate> {
  const reply = await profiles.visited.useCases.authorizeOffline({
    identity: { kind: 'cin', value: cin },
    homeUtility: HOME,
    medium: 'rfid',
    stationClass: 'AC',
    used: { energyKwh: '0', amount: '0' },
  });
  if (reply.decision === 'refused') throw new Error(reply.reason);
  return reply.mandate;
}

/** home is back: what it would grant the driver now; null for nothing */
async function granted(
  mandate: SignedMandate,
): Promise<[energyKwh: string, amount: string] | null> {
  const reply = await profiles.useCases.issueMandate({
    sessionId: systemIds.uuid(),
    pseudonym: mandate.document.pseudonym,
    visitedUtility: VISITED,
    assurance: 'claimed',
    // another tariff each time, so that no mandate is given again
    agreedTariff: await profiles.agreedTariff({ agreedTariffId: systemIds.uuid() }),
    held: { taken: [], returned: [] },
  });
  if (reply.decision === 'refused') return null;
  const { mandateId, energyCapKwh, moneyCap } = reply.mandate.document;
  await profiles.useCases.revokeMandate({ mandateId });
  // until then visited may still charge under it
  profiles.clock.advanceSeconds(61);
  return [energyCapKwh, moneyCap.amount];
}

describe('a charge that began while home was silent', () => {
  type Changes = Partial<RequestOf<typeof noteCharge>>;
  const note = (mandate: SignedMandate, changes: Changes = {}) =>
    profiles.useCases.noteCharge({
      sessionId: systemIds.uuid(),
      mandateId: mandate.document.mandateId,
      state: 'begun',
      at: profiles.clock.at(0),
      offlineMandate: mandate,
      ...changes,
    });

  // a quarter of the limit a mandate, and no more than what is left of it
  it.each<[string, { limitEnergyKwh: string; limitAmount: string }, [string, string] | null]>([
    ['takes all', { limitEnergyKwh: '30', limitAmount: '15.00' }, null],
    ['leaves 2 kWh', { limitEnergyKwh: '32', limitAmount: '60.00' }, ['2.000', '15.00']],
    ['leaves 1.00', { limitEnergyKwh: '200', limitAmount: '16.00' }, ['50.000', '1.00']],
    [
      'leaves more than a share',
      { limitEnergyKwh: '200', limitAmount: '100.00' },
      ['50.000', '20.00'],
    ],
  ])('counts against its driver’s limit until it ends: it %s', async (_what, limits, left) => {
    const { cin } = await consumer(limits);
    const mandate = await offlineMandate(cin);
    const before = await granted(mandate);
    const sessionId = systemIds.uuid();
    await note(mandate, { sessionId });
    await note(mandate, { sessionId });
    expect(await granted(mandate)).toEqual(left);
    await profiles.useCases.noteCharge({
      sessionId,
      mandateId: mandate.document.mandateId,
      state: 'ended',
      at: profiles.clock.at(0),
    });
    expect(await granted(mandate)).toEqual(before);
  });

  it('is shown at home as an entry that visited holds, until it ends', async () => {
    const { cin } = await consumer({});
    const mandate = await offlineMandate(cin);
    const { mandateId } = mandate.document;
    const sessionId = systemIds.uuid();
    await profiles.sent();
    await note(mandate, { sessionId });
    const shown = async () =>
      (await profiles.sent('portal.project'))
        .map(
          ({ payload }) => payload['data'] as { mandateId?: string; role: string; state: string },
        )
        .filter((one) => one.mandateId === mandateId)
        .map(({ role, state }) => `${role} ${state}`);
    expect(await shown()).toEqual(['home active']);
    await note(mandate, { sessionId, state: 'ended' });
    expect(await shown()).toEqual(['home used_up']);
  });

  it('under a mandate that stands on nothing of ours takes nothing of any limit', async () => {
    const { cin } = await consumer({ limitEnergyKwh: '30', limitAmount: '15.00' });
    const mandate = await offlineMandate(cin);
    const { document } = mandate;
    const forged = [
      { ...mandate, document: { ...document, energyCapKwh: '29.000' } },
      { ...mandate, document: { ...document, homeUtility: VISITED } },
      { ...mandate, document: { ...document, offline: undefined } },
    ];
    for (const one of forged) await note(one);
    expect(await granted(mandate)).toEqual(['7.500', '3.75']);
  });
});
