import { describe, expect, it } from '@jest/globals';
import type { BookedCdr, BookedSession, BookedSuspense, Books } from '../src/swarm/booked.js';
import { compare } from '../src/swarm/compare.js';
import type { OwnRecord } from '../src/swarm/own-record.js';

const record = (changes: Partial<OwnRecord> = {}): OwnRecord => ({
  stationId: 'SWARM-1',
  visited: 'duke-energy',
  timeZone: 'America/New_York',
  protocol: 'http',
  behaviour: 'plain',
  told: 'charged',
  reason: null,
  name: { sessionId: 'session-1' },
  energyMilliWh: 5_000_000n,
  readings: [],
  mustBeRefused: false,
  ...changes,
});
const session = (changes: Partial<BookedSession> = {}): BookedSession => ({
  sessionId: 'session-1',
  stationId: 'SWARM-1',
  transactionId: 'transaction-1',
  state: 'rated',
  cdrId: 'cdr-1',
  energyKwh: 5_000_000n,
  ...changes,
});
const cdr = (changes: Partial<BookedCdr> = {}): BookedCdr => ({
  cdrId: 'cdr-1',
  role: 'visited',
  stationId: 'SWARM-1',
  homeUtility: 'alabama-power',
  documentHash: 'ab',
  endMs: 1_000,
  standing: 'open',
  energyMilliWh: 5_000_000n,
  terms: {} as BookedCdr['terms'],
  currency: 'USD',
  linesMinor: 155n,
  exclTaxMinor: 155n,
  taxMinor: 11n,
  inclTaxMinor: 166n,
  sharesMinor: 155n,
  ...changes,
});
const suspense = (changes: Partial<BookedSuspense> = {}): BookedSuspense => ({
  suspenseId: 'suspense-1',
  stationId: 'SWARM-1',
  sessionId: 'session-1',
  transactionId: null,
  code: 'register_falls',
  state: 'open',
  energyKwh: 5_000_000n,
  ...changes,
});

const books = (parts: Partial<Books>): Books => ({
  sessions: [],
  suspense: [],
  cdrs: [],
  ...parts,
});
const rated = books({ sessions: [session()], cdrs: [cdr()] });
const aside = (item: BookedSuspense): Books =>
  books({ sessions: [session({ state: 'suspense', cdrId: null })], suspense: [item] });

describe('the swarm and the books agree', () => {
  it.each<[string, OwnRecord, Books, object]>([
    ['rated and open', record(), rated, { ratedKwh: '5.000', rated: { open: '5.000' } }],
    [
      'by the name of its transaction',
      record({ name: { transactionId: 'transaction-1' } }),
      rated,
      { ratedKwh: '5.000' },
    ],
    ['in suspense', record(), aside(suspense()), { suspenseKwh: '5.000', ratedKwh: '0.000' }],
    [
      'written off',
      record(),
      aside(suspense({ state: 'written_off' })),
      { writtenOffKwh: '5.000' },
    ],
    [
      'without a session, by its transaction',
      record({ name: { transactionId: 'lost' } }),
      books({ suspense: [suspense({ sessionId: null, transactionId: 'lost' })] }),
      { suspenseKwh: '5.000' },
    ],
    [
      'still charging, for its end was lost',
      record(),
      books({ sessions: [session({ state: 'charging', cdrId: null })] }),
      { chargingKwh: '5.000' },
    ],
    [
      'refused, and no energy',
      record({ told: 'refused', energyMilliWh: 0n }),
      books({ sessions: [session({ state: 'refused', cdrId: null, energyKwh: null })] }),
      { meteredKwh: '0.000', charges: 0 },
    ],
  ])('%s', (_what, own, found, expected) => {
    const comparison = compare('duke-energy', [own], found);
    expect(comparison.differences).toEqual([]);
    expect(comparison).toMatchObject(expected);
  });
});

describe('a difference is named', () => {
  it.each<[string, OwnRecord, Books, RegExp]>([
    ['less energy', record({ energyMilliWh: 5_000_001n }), rated, /metered 5\.000001 kWh/],
    ['no charge', record(), books({}), /booked 0\.000 kWh \(nowhere\)/],
    ['0 Wh without a record', record({ energyMilliWh: 0n }), books({}), /have no charge/],
    [
      'a quote where a refusal was due',
      record({ mustBeRefused: true }),
      rated,
      /had to be refused/,
    ],
    ['rated though refused', record({ told: 'refused' }), rated, /refused, and rated all the same/],
    [
      'a record of nobody',
      record({ energyMilliWh: 0n, told: 'left', name: null }),
      rated,
      /no charge of the swarm/,
    ],
    [
      'lines',
      record(),
      books({ sessions: [session()], cdrs: [cdr({ linesMinor: 154n })] }),
      /lines do not sum/,
    ],
    [
      'tax',
      record(),
      books({ sessions: [session()], cdrs: [cdr({ taxMinor: 10n })] }),
      /total and tax do not add up/,
    ],
    [
      'shares',
      record(),
      books({ sessions: [session()], cdrs: [cdr({ sharesMinor: 156n })] }),
      /shares do not sum to its base/,
    ],
  ])('%s', (_what, own, found, expected) => {
    const { differences } = compare('duke-energy', [own], found);
    expect(differences.join('\n')).toMatch(expected);
  });
});
