import {
  divideHalfUp,
  parseDecimal,
  RoamgridError,
  type EnergyMilliWh,
  type InstantMs,
} from '@roamgrid/kernel';
import type { MeteredPeriod } from '@roamgrid/rating';
import { ocpiNumberToText } from '@roamgrid/tariff';
import { parseOcpiInstant } from './price-offsets.js';

/** What pricing needs of an OCPI 2.2.1 CDR. */
export interface CdrToPrice {
  readonly currency: string;
  readonly startMs: InstantMs;
  readonly endMs: InstantMs;
  readonly periods: readonly MeteredPeriod[];
}

interface OcpiPeriod {
  readonly startMs: InstantMs;
  readonly path: string;
  /** dimension type → volume as plain decimal text */
  readonly volumes: ReadonlyMap<string, string>;
}

type JsonObject = Readonly<Record<string, unknown>>;

const VOLUME_DIGITS = 30;
const VOLUME_SCALE = 10n ** 30n;
const SECONDS_PER_HOUR = 3_600n;
const MILLI_PER_KILO = 1_000_000n;
const MILLI_PER_ONE = 1_000n;

function refuse(path: string, message: string): never {
  throw new RoamgridError('unprocessable', `CDR: ${path}: ${message}`, [{ path, message }]);
}

function objectAt(value: unknown, path: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    refuse(path, 'expected an object');
  }
  return value as JsonObject;
}

function listAt(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) refuse(path, 'expected a list');
  return value;
}

function textAt(object: JsonObject, name: string, path: string): string {
  const value = object[name];
  if (typeof value !== 'string') refuse(path, 'expected a text');
  return value;
}

function instantAt(object: JsonObject, name: string, path: string): InstantMs {
  try {
    return parseOcpiInstant(textAt(object, name, path));
  } catch (error) {
    if (error instanceof RoamgridError && error.code === 'malformed_instant') {
      refuse(path, error.message);
    }
    throw error;
  }
}

function readDimensions(json: unknown, path: string): Map<string, string> {
  const volumes = new Map<string, string>();
  for (const [index, item] of listAt(json, path).entries()) {
    const at = `${path}.${String(index)}`;
    const dimension = objectAt(item, at);
    const type = textAt(dimension, 'type', `${at}.type`).toUpperCase();
    const volume = ocpiNumberToText(dimension['volume']);
    if (typeof volume !== 'string') refuse(`${at}.volume`, 'expected a number');
    if (volumes.has(type)) refuse(`${at}.type`, 'stands twice in one period');
    volumes.set(type, volume);
  }
  return volumes;
}

function readPeriod(json: unknown, index: number): OcpiPeriod {
  const path = `charging_periods.${String(index)}`;
  const period = objectAt(json, path);
  return {
    path,
    startMs: instantAt(period, 'start_date_time', `${path}.start_date_time`),
    volumes: readDimensions(period['dimensions'], `${path}.dimensions`),
  };
}

/** A volume × `unitsPerVolume`, to the nearest unit; 0 where the period does not have the dimension. */
function unitsOf(period: OcpiPeriod, type: string, unitsPerVolume: bigint): bigint {
  const text = period.volumes.get(type);
  if (text === undefined) return 0n;
  let scaled: bigint;
  try {
    scaled = parseDecimal(text, VOLUME_DIGITS);
  } catch (error) {
    if (!(error instanceof RoamgridError)) throw error;
    refuse(`${period.path}.dimensions`, `${type}: ${error.message}`);
  }
  if (scaled < 0n) refuse(`${period.path}.dimensions`, `${type}: must not be negative`);
  return divideHalfUp(scaled * unitsPerVolume, VOLUME_SCALE);
}

function loadOf(period: OcpiPeriod): Partial<MeteredPeriod> {
  const known = (type: string, unitsPerVolume: bigint): bigint | undefined =>
    period.volumes.has(type) ? unitsOf(period, type, unitsPerVolume) : undefined;
  return {
    minCurrentMilliA: known('MIN_CURRENT', MILLI_PER_ONE),
    maxCurrentMilliA: known('MAX_CURRENT', MILLI_PER_ONE),
    minPowerMilliW: known('MIN_POWER', MILLI_PER_KILO),
    maxPowerMilliW: known('MAX_POWER', MILLI_PER_KILO),
  };
}

interface Quantities {
  readonly energyMilliWh: EnergyMilliWh;
  readonly chargingSeconds: number;
  readonly parkingSeconds: number;
  readonly reservationSeconds: number;
}

function quantitiesOf(period: OcpiPeriod): Quantities {
  return {
    energyMilliWh: unitsOf(period, 'ENERGY', MILLI_PER_KILO),
    chargingSeconds: Number(unitsOf(period, 'TIME', SECONDS_PER_HOUR)),
    parkingSeconds: Number(unitsOf(period, 'PARKING_TIME', SECONDS_PER_HOUR)),
    reservationSeconds: Number(unitsOf(period, 'RESERVATION_TIME', SECONDS_PER_HOUR)),
  };
}

function isReservationOnly(period: OcpiPeriod): boolean {
  return (
    period.volumes.has('RESERVATION_TIME') &&
    !['ENERGY', 'TIME', 'PARKING_TIME'].some((type) => period.volumes.has(type))
  );
}

/** One OCPI period; what it holds of a reservation goes before it as a period of its own. */
function toMetered(period: OcpiPeriod, endMs: InstantMs, expired: boolean): MeteredPeriod[] {
  const { startMs } = period;
  const { energyMilliWh, chargingSeconds, parkingSeconds, reservationSeconds } =
    quantitiesOf(period);
  const reservation = (untilMs: InstantMs): MeteredPeriod => ({
    startMs,
    endMs: untilMs,
    energyMilliWh: 0n,
    activity: expired ? 'reservationExpired' : 'reservation',
    volumes: { reservationSeconds },
  });
  if (isReservationOnly(period)) return [reservation(endMs)];
  const charge: MeteredPeriod = {
    startMs,
    endMs,
    energyMilliWh,
    activity: 'charging',
    volumes: { chargingSeconds, parkingSeconds },
    ...loadOf(period),
  };
  return reservationSeconds === 0 ? [charge] : [reservation(startMs), charge];
}

/**
 * Reads an OCPI 2.2.1 CDR whose numbers were parsed without loss. A period ends where the next one starts, the
 * last with the CDR; its quantities are its dimensions' volumes, hours to the nearest second. A CDR of nothing
 * but reservation is one of a reservation that expired.
 *
 * @throws RoamgridError `unprocessable` with the path of what is wrong
 */
export function readCdr(json: unknown): CdrToPrice {
  const cdr = objectAt(json, '(root)');
  const startMs = instantAt(cdr, 'start_date_time', 'start_date_time');
  const endMs = instantAt(cdr, 'end_date_time', 'end_date_time');
  if (endMs < startMs) refuse('end_date_time', 'lies before start_date_time');
  const periods = listAt(cdr['charging_periods'], 'charging_periods').map(readPeriod);
  if (periods.length === 0) refuse('charging_periods', 'must not be empty');
  periods.sort((left, right) => left.startMs - right.startMs);
  const expired = periods.every(isReservationOnly);
  return {
    currency: textAt(cdr, 'currency', 'currency'),
    startMs,
    endMs,
    periods: periods.flatMap((period, index) =>
      toMetered(period, periods[index + 1]?.startMs ?? endMs, expired),
    ),
  };
}
