import { describe, expect, it } from '@jest/globals';
import { loadInForce } from '../src/documents/load-in-force.js';

const at = (time: string): string => `2026-03-02T${time}:00Z`;

/** Bands of the agreed tariff, the session, and what stands on the CDR; each span is from-to=band. */
const TABLE: [string, string, string, string][] = [
  ['no band', '', '10:00-12:00', '10:00-12:00=normal'],
  ['before all of them', '14:00-16:00=high', '10:00-12:00', '10:00-12:00=normal'],
  ['after all of them', '07:00-09:00=high', '10:00-12:00', '10:00-12:00=normal'],
  ['inside of one', '09:00-13:00=high', '10:00-12:00', '10:00-12:00=high'],
  ['into one', '11:00-13:00=low', '10:00-12:00', '10:00-11:00=normal 11:00-12:00=low'],
  [
    'through two with a gap',
    '10:30-11:00=low 11:15-11:30=high',
    '10:00-12:00',
    '10:00-10:30=normal 10:30-11:00=low 11:00-11:15=normal 11:15-11:30=high 11:30-12:00=normal',
  ],
  [
    'from one to the next',
    '09:00-11:00=low 11:00-13:00=high',
    '10:00-12:00',
    '10:00-11:00=low 11:00-12:00=high',
  ],
  ['of no length', '09:00-13:00=high', '10:00-10:00', ''],
];

function bandsOf(text: string) {
  return text.split(' ').flatMap((one) => {
    const [, from = '', to = '', loadBand] = /^(.{5})-(.{5})=(low|normal|high)$/.exec(one) ?? [];
    return loadBand === undefined
      ? []
      : [{ from: at(from), to: at(to), loadBand: loadBand as 'low' | 'normal' | 'high' }];
  });
}

describe('loadInForce', () => {
  it.each(TABLE)('over a session %s', (_, bands, session, expected) => {
    const [startAt = '', endAt = ''] = session.split('-').map(at);
    const tariff = { loadSignals: ['a'.repeat(64)], loadBands: bandsOf(bands) };
    expect(loadInForce(tariff, { startAt, endAt })).toEqual(bandsOf(expected));
  });

  it('is absent where no signal was cited', () => {
    expect(loadInForce({}, { startAt: at('10:00'), endAt: at('12:00') })).toBeUndefined();
  });
});
