import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatEnergyKwh, formatEnergyWh, parseEnergyKwh, parseEnergyWh } from '../src/energy.js';

describe('energy', () => {
  it.each([
    // kWh read, mWh, kWh written, Wh written
    ['20.45', 20_450_000n, '20.450', '20450'],
    ['0', 0n, '0.000', '0'],
    ['0.000001', 1n, '0.000001', '0.001'],
    ['1.0005', 1_000_500n, '1.0005', '1000.5'],
    ['-3.5', -3_500_000n, '-3.500', '-3500'],
  ])('%s kWh is %s mWh', (text, energyMilliWh, kwhWritten, whWritten) => {
    expect(parseEnergyKwh(text)).toBe(energyMilliWh);
    expect(formatEnergyKwh(energyMilliWh)).toBe(kwhWritten);
    expect(formatEnergyWh(energyMilliWh)).toBe(whWritten);
  });

  it.each([
    ['1000', 1_000_000n],
    ['1000.5', 1_000_500n],
    ['0.001', 1n],
  ])('%s Wh is %s mWh', (text, energyMilliWh) => {
    expect(parseEnergyWh(text)).toBe(energyMilliWh);
  });

  it('finer than a milliwatt-hour is refused', () => {
    const refusal = expect.objectContaining({ code: 'malformed_decimal' });
    expect(() => parseEnergyKwh('0.0000001')).toThrow(refusal);
    expect(() => parseEnergyWh('0.0001')).toThrow(refusal);
  });

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 15n), 10n ** 15n), (energyMilliWh) => {
        expect(parseEnergyKwh(formatEnergyKwh(energyMilliWh))).toBe(energyMilliWh);
        expect(parseEnergyWh(formatEnergyWh(energyMilliWh))).toBe(energyMilliWh);
      }),
    );
  });
});
