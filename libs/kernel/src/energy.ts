import { formatDecimalShort, parseDecimal } from './decimal.js';

/** Energy in integer milliwatt-hours (10⁻³ Wh). */
export type EnergyMilliWh = bigint;

export const MILLI_WH_PER_WH = 1_000n;
export const MILLI_WH_PER_KWH = 1_000_000n;

/** `"20.45"` kWh → 20 450 000 mWh. @throws RoamgridError `malformed_decimal` */
export function parseEnergyKwh(text: string): EnergyMilliWh {
  return parseDecimal(text, 6);
}

/** 20 450 000 mWh → `"20.450"`; three digits, more only where they are not zero. */
export function formatEnergyKwh(energyMilliWh: EnergyMilliWh): string {
  return formatDecimalShort(energyMilliWh, 6, 3);
}

/** `"1000"` or `"1000.5"` Wh → mWh. @throws RoamgridError `malformed_decimal` */
export function parseEnergyWh(text: string): EnergyMilliWh {
  return parseDecimal(text, 3);
}

/** 1 000 500 mWh → `"1000.5"`. */
export function formatEnergyWh(energyMilliWh: EnergyMilliWh): string {
  return formatDecimalShort(energyMilliWh, 3);
}
