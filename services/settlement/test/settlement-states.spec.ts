import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { SETTLEMENT_TRANSITIONS, settlementAfter } from '../src/netting/settlement-states.js';

describe('the states of a settlement', () => {
  it('are the ones that docs/accounting.md shows', async () => {
    const page = await readFile('docs/accounting.md', 'utf8');
    const section = page.slice(page.indexOf('## Settlements between utilities'));
    const rows = [...section.matchAll(/^\| `(\w+)` +\| `(\w+)` +\| `(\w+)` +\| (.+?) +\|$/gm)];
    expect(rows.map(([, from, event, to, why]) => ({ from, event, to, why }))).toEqual(
      SETTLEMENT_TRANSITIONS,
    );
  });

  it.each(SETTLEMENT_TRANSITIONS)('$from + $event → $to', ({ from, event, to }) => {
    expect(settlementAfter(from, event)).toBe(to);
  });

  it('refuses every other step', () => {
    for (const state of ['refused', 'withdrawn', 'settled'] as const) {
      expect(() => settlementAfter(state, 'instruct')).toThrow(`the settlement is ${state}`);
    }
  });
});
