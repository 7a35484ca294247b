import { parseEnergyKwh, parseInstant } from '@roamgrid/kernel';
import { parseTariff, type Tariff } from '@roamgrid/tariff';
import { rate, type MeteredPeriod, type RatingInput, type UtcOffset } from '../src/index.js';

/**
 * A tariff from one line per element, `COMPONENT, COMPONENT | restriction=value …`, a component being
 * `DIMENSION price[/vat%][;step]`, e.g. `FLAT 0.50/20, ENERGY 0.25/10;1 | max_kwh=10 day_of_week=MONDAY`.
 */
export function tariffOf(elements: string, rest: Record<string, unknown> = {}): Tariff {
  return parseTariff({
    country_code: 'US',
    party_id: 'VUN',
    id: 'T1',
    currency: 'EUR',
    last_updated: '2026-01-01T00:00:00Z',
    elements: elements
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .map(elementOf),
    ...rest,
  });
}

const INTEGERS = new Set(['min_duration', 'max_duration']);

function elementOf(line: string): unknown {
  const [components = '', restrictions] = line.split('|').map((part) => part.trim());
  return {
    price_components: components.split(',').map((text) => {
      const match = /^(\w+) ([\d.]+)(?:\/([\d.]+))?(?:;(\d+))?$/.exec(text.trim());
      if (match === null) throw new Error(`not a component: ${text}`);
      const [, type, price, vat, step = '1'] = match;
      return { type, price, step_size: Number(step), ...(vat === undefined ? {} : { vat }) };
    }),
    ...(restrictions === undefined ? {} : { restrictions: restrictionsOf(restrictions) }),
  };
}

function restrictionsOf(text: string): Record<string, unknown> {
  return Object.fromEntries<unknown>(
    text.split(/\s+/).map((pair): [string, unknown] => {
      const [name = '', value = ''] = pair.split('=');
      if (name === 'day_of_week') return [name, value.split(',')];
      return [name, INTEGERS.has(name) ? Number(value) : value];
    }),
  );
}

export const UTC: readonly UtcOffset[] = [{ from: 0, offsetSeconds: 0 }];

const ACTIVITIES = {
  charge: 'charging',
  park: 'parking',
  reserve: 'reservation',
  expire: 'reservationExpired',
} as const;

/** `150 charge 20kWh 16A, 42 park`: minutes, what, energy, current; one after the other from `start`. */
export function periodsOf(start: string, text: string): MeteredPeriod[] {
  let startMs = parseInstant(start);
  return text.split(',').map((part) => {
    const match =
      /^([\d.]+) (charge|park|reserve|expire)(?: ([\d.]+)kWh)?(?: (\d+)A)?(?: (\d+)kW)?$/.exec(
        part.trim(),
      );
    if (match === null) throw new Error(`not a period: ${part}`);
    const [, minutes, what, energy = '0', current, power] = match;
    const endMs = startMs + Math.round(Number(minutes) * 60_000);
    const currentMilliA = current === undefined ? undefined : BigInt(current) * 1_000n;
    const powerMilliW = power === undefined ? undefined : BigInt(power) * 1_000_000n;
    const period: MeteredPeriod = {
      startMs,
      endMs,
      energyMilliWh: parseEnergyKwh(energy),
      activity: ACTIVITIES[what as keyof typeof ACTIVITIES],
      ...(currentMilliA === undefined
        ? {}
        : { minCurrentMilliA: currentMilliA, maxCurrentMilliA: currentMilliA }),
      ...(powerMilliW === undefined
        ? {}
        : { minPowerMilliW: powerMilliW, maxPowerMilliW: powerMilliW }),
    };
    startMs = endMs;
    return period;
  });
}

export function inputOf(
  tariff: Tariff,
  periods: readonly MeteredPeriod[],
  utcOffsets: readonly UtcOffset[] = UTC,
): RatingInput {
  return { tariff, periods, utcOffsets, rounding: 'halfUp', boundaries: 'splitAtTariffBoundaries' };
}

export const rateOf = (
  tariff: Tariff,
  periods: readonly MeteredPeriod[],
  utcOffsets: readonly UtcOffset[] = UTC,
) => rate(inputOf(tariff, periods, utcOffsets));
