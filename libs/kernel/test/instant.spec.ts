import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatInstant, parseInstant } from '../src/instant.js';

describe('parseInstant', () => {
  it.each([
    // text, the same moment written
    ['2026-11-21T10:00:00Z', '2026-11-21T10:00:00Z'],
    ['2026-11-21t10:00:00z', '2026-11-21T10:00:00Z'],
    ['2026-11-21T10:00:00.5Z', '2026-11-21T10:00:00.500Z'],
    ['2026-11-21T10:00:00.000Z', '2026-11-21T10:00:00Z'],
    ['2026-11-21T10:00:00.123999999Z', '2026-11-21T10:00:00.123Z'],
    ['2026-11-21T10:00:00+05:30', '2026-11-21T04:30:00Z'],
    ['2026-11-21T10:00:00-05:00', '2026-11-21T15:00:00Z'],
    ['2026-11-21T10:00:00-00:00', '2026-11-21T10:00:00Z'],
    ['2026-12-31T23:30:00-01:00', '2027-01-01T00:30:00Z'],
    ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00Z'],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.999Z'],
    ['2016-12-31T23:59:60.7Z', '2016-12-31T23:59:59.999Z'],
    ['2016-12-31T18:59:60-05:00', '2016-12-31T23:59:59.999Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00Z'],
    ['1969-12-31T23:30:00-01:00', '1970-01-01T00:30:00Z'],
    ['2199-12-31T23:59:59.999Z', '2199-12-31T23:59:59.999Z'],
  ])('%s is %s', (text, written) => {
    expect(formatInstant(parseInstant(text))).toBe(written);
  });

  it.each([
    // text, why
    ['', 'empty'],
    ['2026-11-21', 'no time'],
    ['2026-11-21T10:00Z', 'no seconds'],
    ['2026-11-21T10:00:00', 'no offset'],
    ['2026-11-21 10:00:00Z', 'a space for the T'],
    ['2026-11-21T10:00:00Z\n', 'a newline after'],
    ['2026-11-21T10:00:00.Z', 'a point without digits'],
    ['2026-11-21T10:00:00,5Z', 'a comma'],
    ['2026-11-21T10:00:00+0530', 'an offset without colon'],
    ['2026-11-21T10:00:00+24:00', 'an offset of a day'],
    ['2026-11-21T10:00:00+05:60', 'sixty minutes of offset'],
    ['2026-02-30T00:00:00Z', 'February has no 30th'],
    ['2026-02-29T00:00:00Z', 'no leap year'],
    ['2100-02-29T00:00:00Z', 'a century is no leap year'],
    ['2026-04-31T00:00:00Z', 'April has no 31st'],
    ['2026-13-01T00:00:00Z', 'no thirteenth month'],
    ['2026-00-01T00:00:00Z', 'no month zero'],
    ['2026-01-00T00:00:00Z', 'no day zero'],
    ['2026-01-01T24:00:00Z', 'hour 24'],
    ['2026-01-01T23:60:00Z', 'minute 60'],
    ['2026-01-01T23:59:61Z', 'second 61'],
    ['2026-01-01T12:00:60Z', 'second 60 in the middle of a day'],
    ['2016-12-31T23:59:60-05:00', 'second 60 at midnight elsewhere than in UTC'],
    ['1969-12-31T23:59:59Z', 'before 1970'],
    ['1970-01-01T00:30:00+01:00', 'before 1970 in UTC'],
    ['2200-01-01T00:00:00Z', 'from 2200 on'],
    ['0000-01-01T00:00:00Z', 'the year zero'],
    ['0070-01-01T00:00:00Z', 'the year 70, not 1970'],
    ['0099-12-31T23:59:59Z', 'the year 99, not 1999'],
    ['+12026-01-01T00:00:00Z', 'five digits of year'],
    ['２０２６-01-01T00:00:00Z', 'full-width digits'],
  ])('refuses %j: %s', (text) => {
    expect(() => parseInstant(text)).toThrow(
      expect.objectContaining({ code: 'malformed_instant' }),
    );
  });

  it('reads back what formatInstant writes', () => {
    const latest = parseInstant('2199-12-31T23:59:59.999Z');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: latest }), (instantMs) => {
        expect(parseInstant(formatInstant(instantMs))).toBe(instantMs);
      }),
    );
  });
});
