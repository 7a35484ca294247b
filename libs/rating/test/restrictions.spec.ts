import { describe, expect, it } from '@jest/globals';
import { RoamgridError, formatEnergyKwh } from '@roamgrid/kernel';
import { rate, type Rating } from '../src/index.js';
import { inputOf, periodsOf, rateOf, tariffOf } from './sessions.js';

/** What each element was asked to price: `0:ENERGY 4.000kWh 1:TIME 600s`. */
function shares(rating: Rating): string {
  return rating.lines
    .map((line) => {
      const quantity =
        line.unit === 'mWh'
          ? `${formatEnergyKwh(line.quantity)}kWh`
          : line.unit === 's'
            ? `${String(line.quantity)}s`
            : 'once';
      return `${String(line.elementIndex)}:${line.component} ${quantity}`;
    })
    .join(' ');
}

const MONDAY = '2026-06-08';

describe('every restriction, alone, before a fallback', () => {
  it.each([
    ['start_time=18:00', `${MONDAY}T17:00:00Z`, '0:ENERGY 6.000kWh 1:ENERGY 6.000kWh'],
    ['end_time=18:00', `${MONDAY}T17:30:00Z`, '0:ENERGY 3.000kWh 1:ENERGY 9.000kWh'],
    [
      'start_time=17:30 end_time=18:00',
      `${MONDAY}T17:00:00Z`,
      '0:ENERGY 3.000kWh 1:ENERGY 9.000kWh',
    ],
    [
      'start_time=22:00 end_time=06:00',
      `${MONDAY}T21:00:00Z`,
      '0:ENERGY 6.000kWh 1:ENERGY 6.000kWh',
    ],
    [
      'start_time=22:00 end_time=06:00',
      `${MONDAY}T05:00:00Z`,
      '0:ENERGY 6.000kWh 1:ENERGY 6.000kWh',
    ],
    [
      'start_time=23:00 end_time=00:00',
      `${MONDAY}T22:30:00Z`,
      '0:ENERGY 6.000kWh 1:ENERGY 6.000kWh',
    ],
    ['start_time=23:00', `${MONDAY}T23:00:00Z`, '0:ENERGY 6.000kWh 1:ENERGY 6.000kWh'],
    ['end_time=01:00', `${MONDAY}T23:30:00Z`, '0:ENERGY 6.000kWh 1:ENERGY 6.000kWh'],
    ['start_time=00:00 end_time=00:00', `${MONDAY}T23:30:00Z`, '0:ENERGY 12.000kWh'],
    ['start_date=2026-06-09', `${MONDAY}T23:30:00Z`, '0:ENERGY 9.000kWh 1:ENERGY 3.000kWh'],
    ['end_date=2026-06-09', `${MONDAY}T23:30:00Z`, '0:ENERGY 3.000kWh 1:ENERGY 9.000kWh'],
    ['day_of_week=TUESDAY,SUNDAY', `${MONDAY}T23:30:00Z`, '0:ENERGY 9.000kWh 1:ENERGY 3.000kWh'],
    ['min_kwh=5', `${MONDAY}T12:00:00Z`, '0:ENERGY 7.000kWh 1:ENERGY 5.000kWh'],
    ['max_kwh=5', `${MONDAY}T12:00:00Z`, '0:ENERGY 5.000kWh 1:ENERGY 7.000kWh'],
    [
      'min_kwh=0.000001 max_kwh=12',
      `${MONDAY}T12:00:00Z`,
      '0:ENERGY 11.999999kWh 1:ENERGY 0.000001kWh',
    ],
    ['min_duration=5400', `${MONDAY}T12:00:00Z`, '0:ENERGY 3.000kWh 1:ENERGY 9.000kWh'],
    ['max_duration=5400', `${MONDAY}T12:00:00Z`, '0:ENERGY 9.000kWh 1:ENERGY 3.000kWh'],
    ['min_current=16', `${MONDAY}T12:00:00Z`, '0:ENERGY 12.000kWh'],
    ['max_current=16', `${MONDAY}T12:00:00Z`, '1:ENERGY 12.000kWh'],
    ['min_power=6', `${MONDAY}T12:00:00Z`, '0:ENERGY 12.000kWh'],
    ['max_power=6', `${MONDAY}T12:00:00Z`, '1:ENERGY 12.000kWh'],
    ['min_power=6.000001', `${MONDAY}T12:00:00Z`, '1:ENERGY 12.000kWh'],
    ['reservation=RESERVATION', `${MONDAY}T12:00:00Z`, '1:ENERGY 12.000kWh'],
  ])('%s from %s', (restriction, start, expected) => {
    const restricted = restriction.startsWith('reservation') ? 'TIME 1.00' : 'ENERGY 1.00';
    // 12 kWh over two hours: 6 kW, at 16 A.
    const rating = rateOf(
      tariffOf(`${restricted} | ${restriction}\nENERGY 0.10`),
      periodsOf(start, '120 charge 12kWh 16A'),
    );
    // Steps of 1 Wh find a whole total here, so each element's share stands as it was metered.
    expect(shares(rating)).toBe(expected);
  });

  it('all of an element must hold at once', () => {
    const tariff = tariffOf('ENERGY 1.00 | min_kwh=2 max_kwh=8 start_time=13:00\nENERGY 0.10');
    const rating = rateOf(tariff, periodsOf(`${MONDAY}T12:00:00Z`, '120 charge 12kWh'));
    // 13:00 is reached at 6 kWh, 8 kWh is reached at 13:20.
    expect(shares(rating)).toBe('0:ENERGY 2.000kWh 1:ENERGY 10.000kWh');
  });

  it('dimensions are looked up apart: energy from the first element, time from the second', () => {
    const tariff = tariffOf('ENERGY 1.00\nENERGY 2.00, TIME 3.00');
    const rating = rateOf(tariff, periodsOf(`${MONDAY}T12:00:00Z`, '10 charge 1kWh'));
    expect(shares(rating)).toBe('0:ENERGY 1.000kWh 1:TIME 600s');
  });

  it('refuses where the price follows a current that nobody measured', () => {
    const tariff = tariffOf('ENERGY 1.00 | min_current=16\nENERGY 0.10');
    const rating = (): Rating => rateOf(tariff, periodsOf(`${MONDAY}T12:00:00Z`, '10 charge 1kWh'));
    expect(rating).toThrow(RoamgridError);
    expect(rating).toThrow('the price follows the current');
  });

  it('takes power from the register where it was not measured, and none while parked', () => {
    const tariff = tariffOf(
      'TIME 1.00, PARKING_TIME 1.00 | max_power=11\nTIME 2.00, PARKING_TIME 2.00',
    );
    const rating = rateOf(tariff, periodsOf(`${MONDAY}T12:00:00Z`, '60 charge 22kWh, 30 park'));
    expect(shares(rating)).toBe('0:PARKING_TIME 1800s 1:TIME 3600s');
  });

  it('leaves a session free that nothing prices, whatever the minimum', () => {
    const tariff = tariffOf('ENERGY 1.00 | min_kwh=50', {
      min_price: { excl_vat: '2', incl_vat: '2' },
    });
    const rating = rateOf(tariff, periodsOf(`${MONDAY}T12:00:00Z`, '60 charge 20kWh'));
    expect([rating.lines, rating.totalInclTaxMinor]).toEqual([[], 0n]);
  });

  it('prices periods as given by their start alone', () => {
    const tariff = tariffOf('ENERGY 1.00 | end_time=18:00\nENERGY 0.10');
    const rating = rate({
      ...inputOf(tariff, periodsOf(`${MONDAY}T17:59:59Z`, '60 charge 10kWh')),
      boundaries: 'asGiven',
    });
    expect(shares(rating)).toBe('0:ENERGY 10.000kWh');
  });
});

describe('contradictions', () => {
  const tariff = tariffOf('ENERGY 1.00');
  const [period] = periodsOf(`${MONDAY}T12:00:00Z`, '60 charge 10kWh');
  if (period === undefined) throw new Error('no period');
  it.each([
    ['ends before it starts', [{ ...period, endMs: period.startMs - 1 }]],
    ['starts before the previous one ends', [period, period]],
    ['must not be negative', [{ ...period, energyMilliWh: -1n }]],
    ['delivers no energy', [{ ...period, activity: 'reservation' as const }]],
    ['whole milliseconds', [{ ...period, endMs: Number.NaN }]],
    ['periods as given', [{ ...period, volumes: { chargingSeconds: 1 } }]],
  ])('%s', (message, periods) => {
    expect(() => rateOf(tariff, periods)).toThrow(RoamgridError);
    expect(() => rateOf(tariff, periods)).toThrow(message);
  });

  it('needs an offset for the start, in order', () => {
    expect(() => rateOf(tariff, [period], [])).toThrow('no UTC offset');
    expect(() =>
      rateOf(tariff, [period], [{ from: period.startMs + 1, offsetSeconds: 0 }]),
    ).toThrow('no UTC offset');
    expect(() =>
      rateOf(
        tariff,
        [period],
        [
          { from: 2, offsetSeconds: 0 },
          { from: 1, offsetSeconds: 0 },
        ],
      ),
    ).toThrow('out of order');
  });
});
