import { describe, expect, it } from '@jest/globals';
import type { SignedMandate, StationClass } from '@roamgrid/contracts';
import { ShownLately } from '../src/shown-lately.js';
import { TestClock } from './test-clock.js';

const mandate = (hash: string): SignedMandate => ({ documentHash: hash }) as SignedMandate;

describe('drivers of whom it was noted a moment ago', () => {
  it.each<[string, [driver: string, at: StationClass, hash: string], number, boolean]>([
    ['the same again', ['driver-1', 'AC', 'h1'], 9, true],
    ['at a station of another class', ['driver-1', 'DC', 'h1'], 0, false],
    ['under another mandate', ['driver-1', 'AC', 'h2'], 0, false],
    ['another driver', ['driver-2', 'AC', 'h1'], 0, false],
    ['ten minutes later', ['driver-1', 'AC', 'h1'], 10, false],
  ])('%s', (_what, [driver, stationClass, hash], minutes, isKnown) => {
    const clock = new TestClock();
    const lately = new ShownLately(clock);
    lately.keep('driver-1', 'AC', mandate('h1'));
    clock.advanceMinutes(minutes);
    expect(lately.has(driver, stationClass, mandate(hash))).toBe(isKnown);
  });

  it('are not put off by coming again and again', () => {
    const clock = new TestClock();
    const lately = new ShownLately(clock);
    for (let minute = 0; minute < 10; minute += 1) {
      lately.keep('driver-1', 'AC', mandate('h1'));
      clock.advanceMinutes(1);
    }
    expect(lately.has('driver-1', 'AC', mandate('h1'))).toBe(false);
  });
});
