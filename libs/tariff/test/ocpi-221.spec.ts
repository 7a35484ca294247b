import { describe, expect, it } from '@jest/globals';
import { fromOcpi221, ocpiNumberToText, parseTariff, toOcpi221 } from '../src/index.js';

/** As a lossless JSON parser gives numbers. */
class TextNumber {
  readonly isLosslessNumber = true;
  readonly value: string;
  constructor(value: string) {
    this.value = value;
  }
}
const n = (value: string): TextNumber => new TextNumber(value);

const document = {
  country_code: 'DE',
  party_id: 'ALL',
  id: '14',
  currency: 'EUR',
  elements: [
    {
      price_components: [{ type: 'ENERGY', price: '0.250', vat: '10.0', step_size: 1 }],
      restrictions: { min_kwh: '1.50', max_duration: 3600, day_of_week: ['MONDAY'] },
    },
  ],
  min_price: { excl_vat: '0.50', incl_vat: '0.55' },
  last_updated: '2018-12-17T11:16:55Z',
};

const ocpi = {
  country_code: 'DE',
  party_id: 'ALL',
  id: '14',
  currency: 'EUR',
  elements: [
    {
      price_components: [{ type: 'ENERGY', price: n('0.250'), vat: n('10.0'), step_size: 1 }],
      restrictions: { min_kwh: n('1.50'), max_duration: 3600, day_of_week: ['MONDAY'] },
    },
  ],
  min_price: { excl_vat: n('0.50'), incl_vat: n('0.55') },
  last_updated: '2018-12-17T11:16:55Z',
};

describe('OCPI 2.2.1 tariffs', () => {
  it('are read without loss of a digit and written back the same', () => {
    expect(fromOcpi221(ocpi)).toEqual(document);
    const [element] = ocpi.elements;
    const steps = element?.price_components.map((one) => ({ ...one, step_size: n('1') }));
    expect(fromOcpi221({ ...ocpi, elements: [{ ...element, price_components: steps }] })).toEqual(
      document,
    );
    expect(toOcpi221(fromOcpi221(ocpi), n)).toEqual(ocpi);
  });

  it('are written with plain numbers of the same value', () => {
    expect(JSON.stringify(toOcpi221(fromOcpi221(ocpi)))).toContain(
      '"price":0.25,"vat":10,"step_size":1',
    );
  });

  it('may hold members that pricing does not need, nulls, and times without a designator', () => {
    const read = fromOcpi221({
      ...ocpi,
      energy_mix: { is_green_energy: true },
      max_price: null,
      last_updated: '2018-12-17T11:16:55',
      elements: [
        {
          price_components: [{ type: 'FLAT', price: '0', step_size: 0, vat: null }],
          restrictions: null,
        },
      ],
    });
    expect(read.last_updated).toBe('2018-12-17T11:16:55Z');
    expect(parseTariff(read).components).toHaveLength(1);
  });

  it('may have the limits of 2.3.0, and several taxes, which 2.2.1 shows as one percentage', () => {
    const read = fromOcpi221({
      ...ocpi,
      tax_included: 'NO',
      min_price: { before_taxes: n('1'), after_taxes: n('1.2') },
      elements: [
        {
          price_components: [
            {
              type: 'FLAT',
              price: n('2'),
              step_size: n('1'),
              taxes: [
                { name: 'State', percentage: n('7.25') },
                { name: 'City', percentage: n('0.5') },
              ],
            },
          ],
        },
      ],
    });
    expect(read.min_price).toEqual({ excl_vat: '1', incl_vat: '1.2' });
    expect(toOcpi221(read)).toMatchObject({ elements: [{ price_components: [{ vat: 7.75 }] }] });
    expect(toOcpi221(read)).not.toHaveProperty('tax_included');
  });

  it('are refused with a restriction that nobody knows: it would be applied unconditionally', () => {
    const restricted = (restrictions: object) => () =>
      fromOcpi221({ ...ocpi, elements: [{ ...ocpi.elements[0], restrictions }] });
    expect(restricted({ moon: 'full' })).toThrow(/elements\.0\.restrictions.*moon/);
    expect(restricted({ moon: null, max_kwh: n('20') })).not.toThrow();
  });

  it('are refused where a float took the digits', () => {
    expect(() => fromOcpi221({ ...ocpi, min_price: { excl_vat: 0.1 } })).toThrow(
      'min_price.excl_vat',
    );
  });
});

describe('numbers', () => {
  it.each([
    ['12', '12'],
    ['1e2', '100'],
    ['1.25e1', '12.5'],
    ['-12.5E-3', '-0.0125'],
    ['0.1e0', '0.1'],
    ['5e-1', '0.5'],
    ['abc', 'abc'],
  ])('%s is %s', (text, plain) => {
    expect(ocpiNumberToText(n(text))).toBe(plain);
  });
});
