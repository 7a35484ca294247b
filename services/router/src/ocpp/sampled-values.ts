import type { MeterReading } from '@roamgrid/contracts';
import { exactDecimal } from '../exact/exact-decimal.js';
import { instantWithinReach } from './date-time.js';

/** One sampled value of either version, defaults not yet applied. */
export interface Sample {
  /** digits of a JSON number (2.0.1), or whatever text the station wrote (1.6) */
  readonly text: string;
  readonly measurand: string | undefined;
  readonly unit: string | undefined;
  readonly multiplier: number;
  readonly phase: string | undefined;
  readonly location: string | undefined;
  readonly signed: { readonly format: string; readonly value: string } | null;
}

export interface SampleGroup {
  readonly at: string;
  readonly samples: readonly Sample[];
}

export interface MeterRead {
  readonly readings: readonly MeterReading[];
  readonly signedData: { readonly format: string; readonly value: string } | null;
  /** register values that are no number which messages carry; nothing was guessed in their place */
  readonly unreadable: number;
}

const REGISTER = 'Energy.Active.Import.Register';
const MOST_READINGS = 500;
const LONGEST_FORMAT = 20;
const LONGEST_SIGNED = 10_000;

/** Power of ten from a unit to Wh, W or percent; other units are not converted. */
const SCALE_OF_UNIT: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  [REGISTER]: { Wh: 0, kWh: 3 },
  'Power.Active.Import': { W: 0, kW: 3 },
  SoC: { Percent: 0 },
};
const DEFAULT_UNIT: Readonly<Record<string, string>> = {
  [REGISTER]: 'Wh',
  'Power.Active.Import': 'W',
  SoC: 'Percent',
};

function measurandOf(sample: Sample): string {
  return sample.measurand ?? REGISTER;
}

/** Wh, W or percent as a plain decimal; null where it cannot be told exactly. */
function valueOf(sample: Sample): string | null {
  const measurand = measurandOf(sample);
  const unit = sample.unit ?? DEFAULT_UNIT[measurand] ?? '';
  const scale = SCALE_OF_UNIT[measurand]?.[unit];
  return scale === undefined ? null : exactDecimal(sample.text, scale + sample.multiplier);
}

/** The station's outlet as a whole: neither one phase of it nor the car's side. */
function isOfOutlet(sample: Sample): boolean {
  return (
    sample.phase === undefined && (sample.location === undefined || sample.location === 'Outlet')
  );
}

function firstValue(group: SampleGroup, measurand: string): string | null {
  const sample = group.samples.find(
    (candidate) =>
      measurandOf(candidate) === measurand &&
      candidate.signed === null &&
      candidate.phase === undefined,
  );
  return sample === undefined ? null : valueOf(sample);
}

function registersOf(group: SampleGroup): readonly Sample[] {
  return group.samples.filter((sample) => measurandOf(sample) === REGISTER && isOfOutlet(sample));
}

/** A message holds more than anyone needs: both ends are kept, for they are what is billed. */
function bothEnds(readings: readonly MeterReading[]): readonly MeterReading[] {
  if (readings.length <= MOST_READINGS) return readings;
  return [...readings.slice(0, MOST_READINGS / 2), ...readings.slice(-MOST_READINGS / 2)];
}

/** Register readings with the power and state of charge told beside them, in the station's order. */
export function readSamples(groups: readonly SampleGroup[]): MeterRead {
  const readings: MeterReading[] = [];
  let unreadable = 0;
  let signedData: MeterRead['signedData'] = null;
  for (const group of groups) {
    const powerW = firstValue(group, 'Power.Active.Import');
    const stateOfChargePercent = firstValue(group, 'SoC');
    for (const sample of registersOf(group)) {
      if (sample.signed !== null) {
        signedData = {
          format: sample.signed.format.slice(0, LONGEST_FORMAT),
          value: sample.signed.value.slice(0, LONGEST_SIGNED),
        };
        if (sample.text === '') continue;
      }
      const meterWh = valueOf(sample);
      if (meterWh === null) unreadable += 1;
      else
        readings.push({ at: instantWithinReach(group.at), meterWh, powerW, stateOfChargePercent });
    }
  }
  return { readings: bothEnds(readings), signedData, unreadable };
}
