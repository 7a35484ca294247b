import { describe, expect, it } from '@jest/globals';
import { parseInstant } from '@roamgrid/kernel';
import { resolveUtcOffsets, timeZoneVersion } from '@roamgrid/platform';

const resolve = (zone: string, start: string, end: string): string[] =>
  resolveUtcOffsets(zone, parseInstant(start), parseInstant(end)).map(
    ({ from, offsetSeconds }) => `${from} ${String(offsetSeconds)}`,
  );

describe('the UTC offsets of a session', () => {
  it.each`
    zone                     | start                         | end                       | expected
    ${'America/New_York'}    | ${'2026-07-01T10:00:00Z'}     | ${'2026-07-01T11:00:00Z'} | ${['2026-07-01T10:00:00Z -14400']}
    ${'America/New_York'}    | ${'2026-11-01T05:30:00Z'}     | ${'2026-11-01T06:30:00Z'} | ${['2026-11-01T05:30:00Z -14400', '2026-11-01T06:00:00Z -18000']}
    ${'America/New_York'}    | ${'2026-03-08T06:59:59.500Z'} | ${'2026-03-08T07:00:00Z'} | ${['2026-03-08T06:59:59.500Z -18000']}
    ${'America/New_York'}    | ${'2026-03-08T07:00:00Z'}     | ${'2026-03-08T08:00:00Z'} | ${['2026-03-08T07:00:00Z -14400']}
    ${'Australia/Lord_Howe'} | ${'2026-04-04T14:30:00Z'}     | ${'2026-04-04T15:30:00Z'} | ${['2026-04-04T14:30:00Z 39600', '2026-04-04T15:00:00Z 37800']}
    ${'Europe/London'}       | ${'2026-03-01T00:00:00Z'}     | ${'2026-11-01T00:00:00Z'} | ${['2026-03-01T00:00:00Z 0', '2026-03-29T01:00:00Z 3600', '2026-10-25T01:00:00Z 0']}
    ${'Asia/Kolkata'}        | ${'2026-01-01T00:00:00Z'}     | ${'2026-01-01T00:00:00Z'} | ${['2026-01-01T00:00:00Z 19800']}
  `('$zone from $start', ({ zone, start, end, expected }) => {
    expect(resolve(String(zone), String(start), String(end))).toEqual(expected);
  });

  it('an unknown zone is refused', () => {
    expect(() =>
      resolve('America/Nowhere', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00Z'),
    ).toThrow('no time zone is called America/Nowhere');
  });

  it('names the version of the tz database', () => {
    expect(timeZoneVersion()).toMatch(/^20\d\d[a-z]$/);
  });
});
