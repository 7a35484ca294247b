import { describe, expect, it } from '@jest/globals';
import { parseInstant } from '@roamgrid/kernel';
import type { UtcOffset } from '../src/index.js';
import { periodsOf, rateOf, tariffOf } from './sessions.js';

const offsets = (text: string): UtcOffset[] =>
  text.split(', ').map((part) => {
    const [from = '', hours = ''] = part.split(' ');
    return { from: parseInstant(from), offsetSeconds: Number(hours) * 3600 };
  });

const NEW_YORK_AUTUMN = offsets('2026-11-01T00:00:00Z -4, 2026-11-01T06:00:00Z -5');
const NEW_YORK_SPRING = offsets('2026-03-08T00:00:00Z -5, 2026-03-08T07:00:00Z -4');
const CHICAGO_AUTUMN = offsets('2026-11-01T00:00:00Z -5, 2026-11-01T07:00:00Z -6');
// Toronto changes at the same instants as New York.
const TORONTO_SPRING = NEW_YORK_SPRING;

const band = (restriction: string) => tariffOf(`TIME 6.00 | ${restriction}\nTIME 1.00`);

describe('nights on which clocks change: seconds inside the band, seconds outside', () => {
  it.each([
    // 01:00–02:00 comes twice: 05:00Z–06:00Z and 06:00Z–07:00Z.
    [
      'autumn, the repeated hour',
      NEW_YORK_AUTUMN,
      'start_time=01:00 end_time=02:00',
      '2026-11-01T04:00:00Z',
      300,
      '7200 10800',
    ],
    [
      'autumn, until 01:30, twice',
      NEW_YORK_AUTUMN,
      'start_time=01:00 end_time=01:30',
      '2026-11-01T04:00:00Z',
      300,
      '3600 14400',
    ],
    [
      'autumn, over the change',
      NEW_YORK_AUTUMN,
      'start_time=22:00 end_time=06:00',
      '2026-11-01T02:00:00Z',
      600,
      '32400 3600',
    ],
    [
      'autumn, Chicago an hour later',
      CHICAGO_AUTUMN,
      'start_time=01:00 end_time=02:00',
      '2026-11-01T05:00:00Z',
      300,
      '7200 10800',
    ],
    [
      'autumn, the Sunday has 25 hours',
      NEW_YORK_AUTUMN,
      'day_of_week=SUNDAY',
      '2026-11-01T03:00:00Z',
      27 * 60,
      '90000 7200',
    ],
    // 02:00–03:00 does not exist: 07:00Z is 03:00.
    [
      'spring, the missing hour',
      NEW_YORK_SPRING,
      'start_time=02:00 end_time=03:00',
      '2026-03-08T06:00:00Z',
      120,
      ' 7200',
    ],
    [
      'spring, from 02:30 is from 03:00',
      NEW_YORK_SPRING,
      'start_time=02:30 end_time=04:00',
      '2026-03-08T06:00:00Z',
      180,
      '3600 7200',
    ],
    [
      'spring, over the change',
      TORONTO_SPRING,
      'start_time=22:00 end_time=06:00',
      '2026-03-08T03:00:00Z',
      480,
      '25200 3600',
    ],
    [
      'spring, the Sunday has 23 hours',
      TORONTO_SPRING,
      'start_date=2026-03-08 end_date=2026-03-09',
      '2026-03-08T04:00:00Z',
      25 * 60,
      '82800 7200',
    ],
    // A duration counts real time whatever the clock says.
    [
      'autumn, durations do not care',
      NEW_YORK_AUTUMN,
      'max_duration=7200',
      '2026-11-01T05:00:00Z',
      180,
      '7200 3600',
    ],
  ])('%s', (_name, utcOffsets, restriction, start, minutes, expected) => {
    const rating = rateOf(
      band(restriction),
      periodsOf(start, `${String(minutes)} charge`),
      utcOffsets,
    );
    const seconds = (element: number): string =>
      String(rating.lines.find((line) => line.elementIndex === element)?.quantity ?? '');
    expect(`${seconds(0)} ${seconds(1)}`).toBe(expected);
  });
});
