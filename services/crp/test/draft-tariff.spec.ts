import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { draftTariff, type TariffView } from '@roamgrid/contracts';
import { parseInstant } from '@roamgrid/kernel';
import { parseTariff, type TariffDocument } from '@roamgrid/tariff';
import { checkDraft } from '../src/decisions/check-draft.js';
import { wholesaleTariff } from './documents.js';
import { startConsortium, VISITED, type Consortium } from './two-utilities.js';

let consortium: Consortium;
beforeAll(async () => {
  consortium = await startConsortium();
});
afterAll(() => consortium.stop());

const draftOf = (document: TariffDocument, purpose: TariffView['purpose'] = 'wholesale') =>
  consortium.ask(draftTariff, VISITED, {
    tariffId: null,
    customerClass: 'residential',
    stationClass: 'AC',
    purpose,
    document,
    author: 'ann',
  });

const taxed = (tax: object): TariffDocument => {
  const component = { type: 'ENERGY', price: '0.30', step_size: 1, ...tax } as const;
  return wholesaleTariff({ elements: [{ price_components: [component] }] });
};

const withoutEnergy = wholesaleTariff({
  elements: [{ price_components: [{ type: 'FLAT', price: '5.00', step_size: 1 }] }],
});

const REFUSED: [string, TariffDocument, string, string][] = [
  ["another utility's currency", wholesaleTariff({ currency: 'CAD' }), 'currency', 'must be USD'],
  [
    'an end before its start',
    wholesaleTariff({
      start_date_time: '2027-01-02T00:00:00Z',
      end_date_time: '2027-01-01T00:00:00Z',
    }),
    'end_date_time',
    'must lie after start_date_time',
  ],
  [
    'an end that is now',
    wholesaleTariff({ end_date_time: '2026-03-02T12:00:00Z' }),
    'end_date_time',
    'must lie in the future',
  ],
  [
    'VAT above 100 %',
    taxed({ vat: '100.000001' }),
    'elements.0.price_components.0.vat',
    'must lie between 0 and 100',
  ],
  [
    'a tax above 100 %',
    taxed({
      taxes: [
        { name: 'State', percentage: '4.75' },
        { name: 'County', percentage: '250' },
      ],
    }),
    'elements.0.price_components.0.taxes.1.percentage',
    'must lie between 0 and 100',
  ],
  ['a tax below 0 %', taxed({ vat: '-1' }), 'elements.0.price_components.0.vat', 'negative'],
  [
    'energy for nothing',
    withoutEnergy,
    'elements',
    'ENERGY has no price on MONDAY 2026-03-02 at 00:00',
  ],
  [
    'a start in the past',
    wholesaleTariff({ start_date_time: '2026-03-02T11:54:59Z' }),
    'start_date_time',
    'must not lie in the past',
  ],
];

describe('a draft', () => {
  it.each(REFUSED)('is refused for %s', async (_, document, path, message) => {
    await expect(draftOf(document)).rejects.toMatchObject({
      code: 'invalid_tariff',
      status: 422,
      fields: [{ path, message: expect.stringContaining(message) }],
    });
  });

  it('names everything that is wrong at once', async () => {
    const document = { ...withoutEnergy, currency: 'CAD', end_date_time: '2026-01-01T00:00:00Z' };
    await expect(draftOf(document, 'domestic')).rejects.toMatchObject({
      fields: [{ path: 'currency' }, { path: 'end_date_time' }, { path: 'elements' }],
    });
  });

  it('may tax by 100 %, start later, and end', async () => {
    const document = {
      ...taxed({ vat: '100' }),
      start_date_time: '2027-01-01T00:00:00Z',
      end_date_time: '2028-01-01T00:00:00Z',
    };
    expect(await draftOf(document)).toMatchObject({ state: 'draft', document });
  });

  it('of a plan needs no price of energy', async () => {
    expect(await draftOf(withoutEnergy, 'plan')).toMatchObject({ state: 'draft' });
  });

  it('keeps the currency of the version before, also where the utility has changed its own', () => {
    const document = wholesaleTariff();
    const check = (earlierCurrency: string | null) => () => {
      checkDraft({
        purpose: 'wholesale',
        document,
        tariff: parseTariff(document),
        currency: 'USD',
        earlierCurrency,
        nowMs: parseInstant('2026-03-02T12:00:00Z'),
        utcOffsetSeconds: -18_000,
        skippedOn: () => null,
      });
    };
    expect(check(null)).not.toThrow();
    expect(check('USD')).not.toThrow();
    expect(check('CAD')).toThrow('must stay CAD');
  });
});
