import { describe, expect, it } from '@jest/globals';
import { formatEnergyKwh, parseEnergyKwh, parseInstant } from '@roamgrid/kernel';
import { estimate, periodsBefore, rateUpTo } from '../src/index.js';
import { inputOf, periodsOf, tariffOf, UTC } from './sessions.js';

const NOON = '2026-06-08T12:00:00Z';

describe('the longest beginning of a session under a cap', () => {
  it.each([
    // tariff; session; cap in cents; billed kWh; total in cents; unbilled kWh
    // 36.379 kWh × 0.25 = 9.09475 → 9.09, tax 0.91; the next watt-hour makes 9.10 + 0.91.
    ['ENERGY 0.25/10', '60 charge 40kWh', 1000n, '36.379', 1000n, '3.621'],
    ['ENERGY 0.50', '60 charge 40kWh', 1000n, '20.009', 1000n, '19.991'],
    ['ENERGY 0.50', '60 charge 10kWh', 1000n, '10.000', 500n, '0.000'],
    // Parking after the charge costs too: it is cut by the millisecond, all energy is billed.
    [
      'ENERGY 0.50, PARKING_TIME 6.00',
      '60 charge 10kWh, 600 park',
      1000n,
      '10.000',
      1000n,
      '0.000',
    ],
    // The fee alone is above the cap.
    ['FLAT 12.00, ENERGY 0.50', '60 charge 10kWh', 1000n, '0.000', 0n, '10.000'],
    ['ENERGY 0.50', '60 charge 40kWh', 0n, '0.009', 0n, '39.991'],
  ])('%s, %s, cap %s', (tariff, session, cap, billed, total, unbilled) => {
    const capped = rateUpTo(inputOf(tariffOf(tariff), periodsOf(NOON, session)), cap);
    expect([
      formatEnergyKwh(capped.rating.billedEnergyMilliWh),
      capped.rating.totalInclTaxMinor,
      formatEnergyKwh(capped.unbilledEnergyMilliWh),
    ]).toEqual([billed, total, unbilled]);
  });
});

describe('a cap in energy beside that in money', () => {
  it.each([
    // session; cap in cents; cap in kWh; billed kWh; unbilled kWh
    ['60 charge 40kWh', 10_000n, '12', '12.000', '28.000'],
    ['60 charge 40kWh', 1_000n, '30', '20.009', '19.991'],
    ['60 charge 10kWh, 30 park, 60 charge 10kWh', 10_000n, '10', '10.000', '10.000'],
    ['60 charge 10kWh', 10_000n, '10', '10.000', '0.000'],
  ])('%s, cap %s and %s kWh', (session, cap, capKwh, billed, unbilled) => {
    const input = inputOf(tariffOf('ENERGY 0.50'), periodsOf(NOON, session));
    const capped = rateUpTo(input, cap, parseEnergyKwh(capKwh));
    expect([
      formatEnergyKwh(capped.rating.billedEnergyMilliWh),
      formatEnergyKwh(capped.unbilledEnergyMilliWh),
    ]).toEqual([billed, unbilled]);
  });
});

describe('the periods before the last energy', () => {
  it.each([
    // session; beyond in kWh; energies and minutes of what remains
    ['60 charge 10kWh, 30 park', '0', ['10.000 60', '0.000 30']],
    ['60 charge 10kWh, 30 park', '4', ['6.000 36']],
    ['30 park, 60 charge 10kWh', '10', []],
    ['30 park, 60 charge 10kWh', '9', ['0.000 30', '1.000 6']],
    ['60 charge 10kWh, 30 park, 60 charge 10kWh', '10', ['10.000 60']],
    ['60 charge 10kWh, 30 park, 60 charge 10kWh', '5', ['10.000 60', '0.000 30', '5.000 30']],
  ])('%s, %s kWh beyond', (session, beyondKwh, left) => {
    const before = periodsBefore(periodsOf(NOON, session), parseEnergyKwh(beyondKwh));
    expect(
      before.map(
        ({ energyMilliWh, startMs, endMs }) =>
          `${formatEnergyKwh(energyMilliWh)} ${String((endMs - startMs) / 60_000)}`,
      ),
    ).toEqual(left);
  });
});

describe('an estimate', () => {
  const quote = (tariff: string, energyKwh: string, powerW: bigint) =>
    estimate(tariffOf(tariff), {
      energyMilliWh: parseEnergyKwh(energyKwh),
      startMs: parseInstant(NOON),
      powerW,
      utcOffsets: UTC,
      rounding: 'halfUp',
    });

  it('charges at constant power from its start', () => {
    // 22 kWh at 11 kW take two hours: one before 13:00, one after.
    const rating = quote('ENERGY 0.20 | end_time=13:00\nENERGY 0.30, TIME 1.00', '22', 11_000n);
    expect(rating.lines.map((line) => [line.component, line.quantity, line.amountMinor])).toEqual([
      ['ENERGY', 11_000_000n, 220n],
      ['ENERGY', 11_000_000n, 330n],
      ['TIME', 7_200n, 200n],
    ]);
  });

  it('knows its power and asks for the current', () => {
    expect(quote('ENERGY 0.50 | min_power=50\nENERGY 0.20', '10', 50_000n).totalExclTaxMinor).toBe(
      500n,
    );
    expect(() => quote('ENERGY 0.50 | min_current=63', '10', 50_000n)).toThrow('current');
    expect(() => quote('ENERGY 0.50', '10', 0n)).toThrow('power');
  });
});
