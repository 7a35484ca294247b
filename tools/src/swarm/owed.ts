import { RoamgridError } from '@roamgrid/kernel';
import type { OwedByDriver } from './bills.js';
import type { BookedCdr, Books } from './booked.js';
import { labelOf, sessionOf } from './compare.js';
import type { OwnRecord } from './own-record.js';
import { retailOf } from './retail.js';

/** What the swarm's drivers must be billed, and what is wrong before any bill is made. */
export interface Owed {
  readonly owed: readonly OwedByDriver[];
  readonly differences: readonly string[];
}

function owedFor(record: OwnRecord, cdr: BookedCdr): Owed {
  const label = labelOf(record);
  try {
    const { currency, minor } = retailOf(record.readings, record.timeZone, cdr.terms);
    const owed = { label, cdrId: cdr.cdrId, home: cdr.homeUtility, currency, minor };
    const mustBeFree = record.behaviour === 'free' && cdr.role === 'visited';
    const differences =
      mustBeFree && minor !== 0n ? [`${label}: its plan is free, and it costs something`] : [];
    return { owed: [owed], differences };
  } catch (error) {
    if (!(error instanceof RoamgridError) && !(error instanceof RangeError)) throw error;
    return { owed: [], differences: [`${label}: its retail cannot be computed: ${error.message}`] };
  }
}

/**
 * Each rated charge of one visited utility's stations at home's retail tariff, over what the stations metered. A charge
 * that is held until home agrees is not billed yet. Pure.
 */
export function owedByDrivers(records: readonly OwnRecord[], books: Books): Owed {
  const cdrs = new Map(books.cdrs.map((cdr) => [cdr.cdrId, cdr]));
  const found = records.map((record): Owed => {
    const cdr = cdrs.get(sessionOf(record, books)?.cdrId ?? '');
    if (cdr === undefined || cdr.standing === 'held') return { owed: [], differences: [] };
    return owedFor(record, cdr);
  });
  return {
    owed: found.flatMap(({ owed }) => owed),
    differences: found.flatMap(({ differences }) => differences),
  };
}
