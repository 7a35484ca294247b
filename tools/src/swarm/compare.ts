import { formatEnergyKwh, type EnergyMilliWh } from '@roamgrid/kernel';
import type { BookedCdr, BookedSession, BookedSuspense, Books } from './booked.js';
import type { OwnRecord } from './own-record.js';

/** Where the energy of a charge stands in the books. */
export type Standing =
  'domestic' | 'invoiced' | 'open' | 'held' | 'suspense' | 'writtenOff' | 'charging';

export interface Comparison {
  readonly utility: string;
  readonly charges: number;
  /** the swarm's own figure */
  readonly meteredKwh: string;
  /** the books' figures */
  readonly ratedKwh: string;
  readonly suspenseKwh: string;
  readonly writtenOffKwh: string;
  /** of sessions whose end never came */
  readonly chargingKwh: string;
  /** what the rated energy is made of */
  readonly rated: Readonly<Record<'domestic' | 'invoiced' | 'open' | 'held', string>>;
  readonly records: number;
  /** each a line for people: what differs, and in which session */
  readonly differences: readonly string[];
}

interface Found {
  readonly standing: Standing;
  readonly energyMilliWh: EnergyMilliWh;
}

const BILLABLE = ['domestic', 'invoiced', 'open', 'held'] as const;
const kwh = (energyMilliWh: EnergyMilliWh): string => formatEnergyKwh(energyMilliWh);

export function labelOf({ stationId, behaviour, name }: OwnRecord): string {
  const id = name === null ? 'unnamed' : Object.values(name).join('');
  return `${stationId} ${behaviour} ${id}`;
}

export function sessionOf(record: OwnRecord, books: Books): BookedSession | undefined {
  const { name, stationId } = record;
  if (name === null) return undefined;
  return books.sessions.find((session) =>
    'sessionId' in name
      ? session.sessionId === name.sessionId
      : session.stationId === stationId && session.transactionId === name.transactionId,
  );
}

function suspenseOf(
  record: OwnRecord,
  session: BookedSession | undefined,
  books: Books,
): BookedSuspense[] {
  const transactionId =
    record.name !== null && 'transactionId' in record.name ? record.name.transactionId : null;
  return books.suspense.filter(
    (item) =>
      (item.state === 'open' || item.state === 'written_off') &&
      ((session !== undefined && item.sessionId === session.sessionId) ||
        (transactionId !== null &&
          item.stationId === record.stationId &&
          item.transactionId === transactionId)),
  );
}

/** Where the books have the energy of one charge; null where they have none. */
function locate(record: OwnRecord, books: Books): Found | null {
  const session = sessionOf(record, books);
  const cdr = books.cdrs.find(({ cdrId }) => cdrId === session?.cdrId);
  if (cdr !== undefined) return { standing: cdr.standing, energyMilliWh: cdr.energyMilliWh };
  const items = suspenseOf(record, session, books);
  const energyMilliWh = items.reduce((sum, item) => sum + (item.energyKwh ?? 0n), 0n);
  if (session?.state === 'charging' || session?.state === 'idle') {
    return { standing: 'charging', energyMilliWh: session.energyKwh ?? 0n };
  }
  if (items.length > 0) {
    const isOpen = items.some(({ state }) => state === 'open');
    return { standing: isOpen ? 'suspense' : 'writtenOff', energyMilliWh };
  }
  if (session?.state !== 'held') return null;
  return { standing: 'held', energyMilliWh: session.energyKwh ?? 0n };
}

/** What must hold of every charge detail record by itself. */
function checkCdr(cdr: BookedCdr): string[] {
  const { cdrId, linesMinor, exclTaxMinor, taxMinor, inclTaxMinor, sharesMinor } = cdr;
  return [
    linesMinor === exclTaxMinor ? [] : [`CDR ${cdrId}: its lines do not sum to its total`],
    exclTaxMinor + taxMinor === inclTaxMinor ? [] : [`CDR ${cdrId}: total and tax do not add up`],
    sharesMinor === null || sharesMinor === exclTaxMinor
      ? []
      : [`CDR ${cdrId}: its shares do not sum to its base`],
  ].flat();
}

function checkRecord(record: OwnRecord, found: Found | null, books: Books): string[] {
  const own = record.energyMilliWh;
  const booked = found?.energyMilliWh ?? 0n;
  if (own !== booked) {
    const where = found === null ? 'nowhere' : found.standing;
    return [`${labelOf(record)}: metered ${kwh(own)} kWh, booked ${kwh(booked)} kWh (${where})`];
  }
  if (record.mustBeRefused && record.told !== 'refused') {
    return [`${labelOf(record)}: had to be refused, and was ${record.told}`];
  }
  if (record.told === 'charged') {
    return found === null ? [`${labelOf(record)}: charged, and the books have no charge`] : [];
  }
  const isRated = sessionOf(record, books)?.cdrId ?? null;
  return isRated === null ? [] : [`${labelOf(record)}: ${record.told}, and rated all the same`];
}

/** Charges that the books have of the swarm's stations and the swarm does not know. */
function unknownCdrs(records: readonly OwnRecord[], books: Books): string[] {
  const known = new Set(records.map((record) => sessionOf(record, books)?.cdrId ?? null));
  return books.cdrs
    .filter(({ cdrId }) => !known.has(cdrId))
    .map(({ cdrId, stationId }) => `CDR ${cdrId} of ${stationId}: no charge of the swarm`);
}

/**
 * Holds one visited utility's books against the swarm's own record, charge by charge and in sum:
 * metered = rated + suspense + written off (+ what still charges); rated = domestic + invoiced + open +
 * held; lines = totals; shares = base. Pure.
 */
export function compare(utility: string, records: readonly OwnRecord[], books: Books): Comparison {
  const found = records.map((record) => locate(record, books));
  const sumOf = (...standings: readonly Standing[]): EnergyMilliWh =>
    found.reduce(
      (sum, one) =>
        one !== null && standings.includes(one.standing) ? sum + one.energyMilliWh : sum,
      0n,
    );
  const metered = records.reduce((sum, { energyMilliWh }) => sum + energyMilliWh, 0n);
  const ratedByCdrs = books.cdrs.reduce((sum, { energyMilliWh }) => sum + energyMilliWh, 0n);
  const rated = sumOf(...BILLABLE);
  const whole = rated + sumOf('suspense', 'writtenOff', 'charging');
  return {
    utility,
    charges: records.filter(({ told }) => told === 'charged').length,
    meteredKwh: kwh(metered),
    ratedKwh: kwh(rated),
    suspenseKwh: kwh(sumOf('suspense')),
    writtenOffKwh: kwh(sumOf('writtenOff')),
    chargingKwh: kwh(sumOf('charging')),
    rated: {
      domestic: kwh(sumOf('domestic')),
      invoiced: kwh(sumOf('invoiced')),
      open: kwh(sumOf('open')),
      held: kwh(sumOf('held')),
    },
    records: books.cdrs.length,
    differences: [
      ...(metered === whole ? [] : [`metered ${kwh(metered)} kWh, booked ${kwh(whole)} kWh`]),
      ...(ratedByCdrs === rated
        ? []
        : [`CDRs of ${kwh(ratedByCdrs)} kWh, rated ${kwh(rated)} kWh`]),
      ...records.flatMap((record, index) => checkRecord(record, found[index] ?? null, books)),
      ...books.cdrs.flatMap(checkCdr),
      ...unknownCdrs(records, books),
    ],
  };
}
