import {
  stationId as stationIdOf,
  type registerStation,
  type RequestOf,
} from '@roamgrid/contracts';
import { parseDecimal, RoamgridError, type FieldError } from '@roamgrid/kernel';
import { resolveUtcOffsets } from '@roamgrid/platform';

export type NewStationRecord = RequestOf<typeof registerStation>['record'];

/** digits after the point that splits and ratings read of a percentage */
const PERCENT_DIGITS = 6;
const HUNDRED_PERCENT = 100_000_000n;
const GREATEST_POWER_W = 10_000_000n;

const wrong = (path: string, message: string): FieldError[] => [{ path, message }];

/** The number, or null where the text is none with so many digits after the point. */
function readNumber(text: string, digits: number): bigint | null {
  try {
    return parseDecimal(text, digits);
  } catch (error) {
    if (!(error instanceof RoamgridError)) throw error;
    return null;
  }
}

function checkPercentage(path: string, text: string): FieldError[] {
  const percentage = readNumber(text, PERCENT_DIGITS);
  if (percentage === null) return wrong(path, 'has more than six digits after the point');
  const inside = percentage >= 0n && percentage <= HUNDRED_PERCENT;
  return inside ? [] : wrong(path, 'lies outside 0 to 100');
}

function checkPower(path: string, text: string): FieldError[] {
  const powerW = readNumber(text, 0);
  const inside = powerW !== null && powerW > 0n && powerW <= GREATEST_POWER_W;
  return inside ? [] : wrong(path, `lies outside 1 to ${String(GREATEST_POWER_W)}`);
}

function checkTimeZone(timeZone: string, nowMs: number): FieldError[] {
  try {
    resolveUtcOffsets(timeZone, nowMs, nowMs);
    return [];
  } catch (error) {
    if (!(error instanceof RoamgridError)) throw error;
    return wrong('timeZone', 'is no zone of the tz database');
  }
}

function checkEvses({ evses, stationClass }: NewStationRecord): FieldError[] {
  const connectorIds = evses.map(({ connectorId }) => connectorId);
  return evses.flatMap(({ connectorId, powerW, currentType }, index) => {
    const path = `evses.${String(index)}`;
    return [
      ...(connectorIds.indexOf(connectorId) === index
        ? []
        : wrong(`${path}.connectorId`, 'stands twice')),
      ...checkPower(`${path}.powerW`, powerW),
      ...(currentType === stationClass
        ? []
        : wrong(`${path}.currentType`, `is not the station's class ${stationClass}`)),
    ];
  });
}

/**
 * A record is signed and priced by, so what contradicts itself is refused before it is signed.
 *
 * @throws RoamgridError `unprocessable`, with every member that is wrong
 */
export function checkStationRecord(record: NewStationRecord, nowMs: number): void {
  const fields = [
    ...(stationIdOf.safeParse(record.stationId).success
      ? []
      : wrong('stationId', 'is no station id')),
    ...checkPercentage('providerSharePercentage', record.providerSharePercentage),
    ...checkTimeZone(record.timeZone, nowMs),
    ...record.taxes.flatMap(({ percentage }, index) =>
      checkPercentage(`taxes.${String(index)}.percentage`, percentage),
    ),
    ...checkEvses(record),
    ...(record.sitePower === undefined
      ? []
      : checkPower('sitePower.powerW', record.sitePower.powerW)),
  ];
  if (fields.length > 0) {
    throw new RoamgridError('unprocessable', 'the station record cannot be used', fields);
  }
}
