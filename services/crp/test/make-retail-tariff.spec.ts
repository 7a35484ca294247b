import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  agreeTariff,
  definePlan,
  makeRetailTariff,
  proposeAgreement,
  signAgreement,
  recordFxRate,
  type ReplyOf,
  type RequestInput,
  type RetailPlan,
  type SignedAgreedTariff,
} from '@roamgrid/contracts';
import { Verifier } from '@roamgrid/platform';
import { agreementOf, planWith, propose, publish, termsOf, wholesaleTariff } from './documents.js';
import { ABROAD, HOME, startConsortium, VISITED, type Consortium } from './two-utilities.js';

let consortium: Consortium;
beforeAll(async () => {
  consortium = await startConsortium();
  const tariff = await publish(consortium, VISITED);
  await propose(consortium, agreementOf([termsOf([tariff])]));
  const abroad = await publish(consortium, ABROAD, {
    document: wholesaleTariff({ currency: 'CAD' }),
  });
  const terms = termsOf([abroad], { visitedUtility: ABROAD, currency: 'CAD' });
  const document = agreementOf([terms], { agreementId: 'ala-nor', parties: [HOME, ABROAD] });
  await consortium.ask(proposeAgreement, ABROAD, { document, by: 'manager' });
  const { agreementId } = document;
  await consortium.ask(signAgreement, HOME, { agreementId, by: 'manager' });
  await define({});
});
afterAll(() => consortium.stop());

function define(changes: Partial<RetailPlan>): Promise<object> {
  return consortium.ask(definePlan, HOME, { plan: planWith(changes) });
}

async function agreedAt(visited: typeof HOME | typeof VISITED | typeof ABROAD) {
  const reply = await consortium.ask(agreeTariff, visited, {
    homeUtility: HOME,
    customerClass: 'residential',
    stationClass: 'AC',
  });
  if (reply.decision !== 'agreed') throw new Error(reply.reason);
  return reply.agreedTariff;
}

function retail(
  agreedTariff: SignedAgreedTariff,
  changes: Partial<RequestInput<typeof makeRetailTariff>> = {},
): Promise<ReplyOf<typeof makeRetailTariff>> {
  return consortium.ask(makeRetailTariff, HOME, {
    agreedTariff,
    planId: 'home-plus',
    tier: 'Gold',
    ...changes,
  });
}

async function made(...request: Parameters<typeof retail>) {
  const reply = await retail(...request);
  if (reply.decision !== 'made') throw new Error(reply.reason);
  return reply.retailTariff;
}

const refused = { decision: 'refused', reason: 'tariff_unavailable' };

describe('makeRetailTariff', () => {
  it('signs what the driver pays, in the visited currency', async () => {
    const agreedTariff = await agreedAt(VISITED);
    const signed = await made(agreedTariff);
    await new Verifier(consortium.registry).verify(signed, HOME, 'crp');
    expect(signed.document).toMatchObject({
      retailRule: 'planPrice',
      tier: 'Gold',
      tierDiscountPercentage: '5',
      agreedTariffHash: agreedTariff.documentHash,
      homeCurrency: 'USD',
      fx: null,
      rounding: 'halfUp',
      notAfter: agreedTariff.document.notAfter,
    });
    const { tariff, retailTariffId } = signed.document;
    expect(tariff).toMatchObject({ id: retailTariffId, country_code: 'US', party_id: 'ALA' });
    expect(tariff.elements[0]?.price_components[0]?.price).toBe('0.3705');
  });

  it('gives the same document for the same plan version and tier', async () => {
    const agreedTariff = await agreedAt(VISITED);
    const first = await made(agreedTariff, { tier: 'Diamond' });
    const again = [
      made(agreedTariff, { tier: 'Diamond' }),
      made(agreedTariff, { tier: 'Diamond' }),
    ];
    expect(await Promise.all(again)).toEqual([first, first]);
    expect(await made(agreedTariff)).not.toEqual(first);
    await define({ tierDiscounts: { Gold: '5', Diamond: '8', Platinum: '10' } });
    const renewed = await made(agreedTariff, { tier: 'Diamond' });
    expect(renewed.document.tierDiscountPercentage).toBe('8');
  });

  it('refuses without a plan for the class or a margin that the plan allows', async () => {
    const agreedTariff = await agreedAt(VISITED);
    await define({ planId: 'fleet', customerClass: 'commercial' });
    await define({ planId: 'loss', roamingPrices: [{ currency: 'USD', pricePerKwh: '0.25' }] });
    for (const planId of ['nobody', 'fleet', 'loss']) {
      expect(await retail(agreedTariff, { planId })).toEqual(refused);
    }
  });

  it('refuses abroad without a rate, and holds no longer than the rate', async () => {
    const agreedTariff = await agreedAt(ABROAD);
    expect(await retail(agreedTariff)).toEqual(refused);
    const fx = {
      from: 'CAD' as const,
      to: 'USD' as const,
      rate: '0.7312',
      source: 'somebody else',
      at: '2026-03-02T00:00:00Z',
      notAfter: '2026-03-03T00:00:00Z',
    };
    await consortium.ask(recordFxRate, HOME, { fx });
    expect(await retail(agreedTariff)).toEqual(refused);
    await consortium.ask(recordFxRate, HOME, { fx: { ...fx, source: 'demonstration' } });
    const { document } = await made(agreedTariff);
    // the plan has no price in CAD, so wholesale plus holds; the driver bears the spread
    expect(document).toMatchObject({
      retailRule: 'wholesalePlus',
      fx: { from: 'CAD', to: 'USD', rate: '0.734856' },
      notAfter: '2026-03-03T00:00:00Z',
      tariff: { currency: 'CAD' },
    });
  });

  it('takes the domestic tariff itself at home', async () => {
    await publish(consortium, HOME, { purpose: 'domestic' });
    const { document } = await made(await agreedAt(HOME), { tier: 'Platinum' });
    expect(document.retailRule).toBe('domestic');
    const prices = document.tariff.elements.map((element) => element.price_components[0]?.price);
    expect(prices).toEqual(['0.18', '0.27', '2.00']);
  });

  it('goes by nothing that both have not signed for our consumers', async () => {
    const agreedTariff = await agreedAt(VISITED);
    const { document, signatures } = agreedTariff;
    const forged = { ...agreedTariff, document: { ...document, agreedTariffId: 'other' } };
    await expect(retail(forged)).rejects.toMatchObject({ code: 'signature_invalid' });
    const halfSigned = { ...agreedTariff, signatures: signatures.slice(0, 1) };
    await expect(retail(halfSigned)).rejects.toMatchObject({ code: 'signature_invalid' });
    const posing = { ...agreedTariff, document: { ...document, outcome: 'domestic' as const } };
    await expect(retail(posing)).rejects.toMatchObject({ code: 'unprocessable' });
  });

  it('refuses when the agreed tariff is over', async () => {
    const agreedTariff = await agreedAt(VISITED);
    consortium.clock.advanceHours(25);
    expect(await retail(agreedTariff)).toEqual(refused);
  });
});

describe('recordFxRate and definePlan', () => {
  it('refuse what cannot be meant', async () => {
    const fx = {
      from: 'EUR' as const,
      to: 'USD' as const,
      rate: '1.08',
      source: 'demonstration',
      at: '2026-03-02T00:00:00Z',
      notAfter: '2026-03-03T00:00:00Z',
    };
    const record = (changes: object) =>
      consortium.ask(recordFxRate, HOME, { fx: { ...fx, ...changes } });
    await record({});
    await record({});
    await expect(record({ rate: '1.09' })).rejects.toMatchObject({ code: 'immutable' });
    await expect(record({ rate: '0' })).rejects.toMatchObject({ code: 'unprocessable' });
    await expect(record({ notAfter: fx.at })).rejects.toMatchObject({ code: 'unprocessable' });
    await expect(record({ to: 'EUR' })).rejects.toMatchObject({ code: 'unprocessable' });
    await expect(
      define({ tierDiscounts: { Gold: '101', Diamond: '0', Platinum: '0' } }),
    ).rejects.toMatchObject({ code: 'unprocessable' });
  });
});
