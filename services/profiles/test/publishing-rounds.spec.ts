import { describe, expect, it } from '@jest/globals';
import { PublishingRounds } from '../src/publishing-rounds.js';

const SECOND_MS = 1_000;

describe('a look at all credentials', () => {
  it('is due until a minute has passed without a change, and then once in ten minutes', () => {
    const rounds = new PublishingRounds();
    const look = (atSeconds: number, rule = 'deny', revision = 7n): boolean => {
      const nowMs = atSeconds * SECOND_MS;
      const isDue = rounds.isDue('duke-energy', rule, revision, nowMs);
      if (isDue) rounds.note('duke-energy', rule, revision, nowMs);
      return isDue;
    };
    expect([look(0), look(5), look(55), look(60)]).toEqual([true, true, true, true]);
    expect([look(65), look(659), look(660), look(665)]).toEqual([false, false, true, false]);
    expect([look(670, 'deny', 8n), look(725, 'deny', 8n)]).toEqual([true, true]);
    expect([look(735, 'deny', 8n), look(740, 'deny', 8n)]).toEqual([true, false]);
    expect(look(745, 'directoryEntry 5 2.00 USD', 8n)).toBe(true);
    expect(rounds.isDue('georgia-power', 'deny', 8n, 745 * SECOND_MS)).toBe(true);
  });
});
