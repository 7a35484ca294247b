import type { CdrDocument, RegistryEntry } from '@roamgrid/contracts';
import { divideHalfUp, formatDecimalShort, parseDecimal, parseInstant } from '@roamgrid/kernel';
import { toOcpi221 } from '@roamgrid/tariff';
import type { JsonObject } from '../read-model/view.js';
import { chargingPeriods } from './charging-periods.js';

const MONEY_DIGITS = 4;
/** hours are cut finer than a second, as readers of OCPI take the nearest one */
const HOUR_DIGITS = 6;
const HOUR_MS = 3_600_000n;
const OCPI_ID_LENGTH = 36;
const ISO_3166_ALPHA_3: Readonly<Record<string, string>> = { US: 'USA', CA: 'CAN' };

/** OCPI carries numbers; a decimal of this size prints as it is. */
function number(text: string): number {
  return Number(text);
}

function sum(texts: readonly string[], digits: number): number {
  const total = texts.reduce((all, text) => all + parseDecimal(text, digits), 0n);
  return number(formatDecimalShort(total, digits));
}

function hours(ms: number): number {
  const scaled = divideHalfUp(BigInt(ms) * 10n ** BigInt(HOUR_DIGITS), HOUR_MS);
  return number(formatDecimalShort(scaled, HOUR_DIGITS));
}

type Period = CdrDocument['periods'][number];

function durationMs({ startAt, endAt }: Period): number {
  return parseInstant(endAt) - parseInstant(startAt);
}

function costs(cdr: CdrDocument): JsonObject {
  const names = {
    ENERGY: 'total_energy_cost',
    TIME: 'total_time_cost',
    PARKING_TIME: 'total_parking_cost',
    FLAT: 'total_fixed_cost',
  } as const;
  return Object.fromEntries(
    Object.entries(names).flatMap(([component, name]) => {
      const lines = cdr.lines.filter((line) => line.component === component);
      if (lines.length === 0) return [];
      return [
        [
          name,
          {
            excl_vat: sum(
              lines.map((line) => line.amount),
              MONEY_DIGITS,
            ),
          },
        ],
      ];
    }),
  );
}

/** A utility's OCPI party is the provider of its contract ids: `USDUK` is US, DUK. */
function partyOf({ contractProviders: [provider = ''] }: RegistryEntry) {
  return { country_code: provider.slice(0, 2), party_id: provider.slice(2) };
}

function address(cdr: CdrDocument, country: string): JsonObject {
  const { location } = cdr;
  if (location === undefined) return { country: ISO_3166_ALPHA_3[country] ?? country };
  const { postalCode } = location;
  return {
    address: location.address,
    city: location.city,
    ...(postalCode === undefined ? {} : { postal_code: postalCode }),
    country: location.country,
    coordinates: location.coordinates,
  };
}

function connector({ plug, stationClass }: CdrDocument): JsonObject {
  if (plug === undefined) {
    return { connector_power_type: stationClass === 'DC' ? 'DC' : 'AC_3_PHASE' };
  }
  return {
    connector_standard: plug.standard,
    connector_format: plug.format,
    connector_power_type: plug.powerType,
  };
}

/** An EVSE's id for the public, after ISO 15118-2 annex H: country, operator, `E`, station and outlet. */
function evseId(cdr: CdrDocument, { country_code, party_id }: ReturnType<typeof partyOf>): string {
  const outlet = cdr.stationId.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
  return `${country_code}*${party_id}*E${outlet}*${String(cdr.connectorId)}`;
}

function location(cdr: CdrDocument, party: ReturnType<typeof partyOf>): JsonObject {
  return {
    id: cdr.stationId.slice(0, OCPI_ID_LENGTH),
    ...address(cdr, party.country_code),
    evse_uid: `${cdr.stationId.slice(0, OCPI_ID_LENGTH - 3)}*${String(cdr.connectorId)}`,
    evse_id: evseId(cdr, party),
    connector_id: String(cdr.connectorId),
    ...connector(cdr),
  };
}

/**
 * A charge detail record as an OCPI 2.2.1 CDR. The driver is the pseudonym that home gave, never the
 * CIN. Address, coordinates and plug are those of the station's record; what that does not say is left out.
 */
export function toOcpiCdr(
  cdr: CdrDocument,
  { visited, home }: { readonly visited: RegistryEntry; readonly home: RegistryEntry },
): JsonObject {
  const party = partyOf(visited);
  const times = (activity: Period['activity'] | null): number =>
    cdr.periods
      .filter((period) => activity === null || period.activity === activity)
      .reduce((total, period) => total + durationMs(period), 0);
  return {
    ...party,
    id: cdr.cdrId,
    start_date_time: cdr.startAt,
    end_date_time: cdr.endAt,
    session_id: cdr.sessionId,
    cdr_token: {
      ...partyOf(home),
      uid: cdr.pseudonym,
      type: 'OTHER',
      contract_id: cdr.pseudonym,
    },
    auth_method: cdr.authorizedBy === 'home' ? 'AUTH_REQUEST' : 'WHITELIST',
    cdr_location: location(cdr, party),
    ...(cdr.meter.meterSerial === null ? {} : { meter_id: cdr.meter.meterSerial }),
    currency: cdr.currency,
    tariffs: [toOcpi221(cdr.tariff)],
    charging_periods: chargingPeriods(cdr),
    total_cost: { excl_vat: number(cdr.totalExclTax), incl_vat: number(cdr.totalInclTax) },
    ...costs(cdr),
    total_energy: number(cdr.energyKwh),
    total_time: hours(times(null)),
    total_parking_time: hours(times('parking')),
    last_updated: cdr.issuedAt,
  };
}

/**
 * The credit of a CDR as OCPI 2.2.1 has it (10.3.1, `credit`): an object with an id of its own that repeats the
 * CDR and refers to it, with the total cost negated and nothing else.
 */
export function toOcpiCreditCdr(
  cdr: CdrDocument,
  issuedAt: string,
  parties: Parameters<typeof toOcpiCdr>[1],
): JsonObject {
  const negated = (text: string): number =>
    number(formatDecimalShort(-parseDecimal(text, MONEY_DIGITS), MONEY_DIGITS));
  return {
    ...toOcpiCdr(cdr, parties),
    id: `${cdr.cdrId}-C`,
    credit: true,
    credit_reference_id: cdr.cdrId,
    total_cost: { excl_vat: negated(cdr.totalExclTax), incl_vat: negated(cdr.totalInclTax) },
    last_updated: issuedAt,
  };
}
