import { describe, expect, it } from '@jest/globals';
import {
  nextState,
  SESSION_STATES,
  SESSION_TRANSITIONS,
  type SessionEvent,
} from '../../src/session/session-states.js';

const EVENTS: readonly SessionEvent[] = [
  'consent',
  'startOnQuote',
  'start',
  'resume',
  'pause',
  'stop',
  'expire',
  'refuse',
  'lateStart',
  'contradict',
  'writeOff',
  'bill',
  'decline',
];

/** Every state × event; `.` is not allowed. Columns in the order of EVENTS. */
const TABLE = `
quoted       consented charging . . . . expired refused . suspense . . declined
refused      . . . . . . . . . . . . .
consented    . . charging . . . expired . . suspense . . declined
declined     . . . . . . . . . . . . .
expired      . . . . . . . . charging suspense . . .
charging     . . . charging idle ended . . . suspense . . .
idle         . . . charging idle ended . . . suspense . . .
ended        . . . . . . . . . . . . .
suspense     . . . . . . . . . . written_off ended .
written_off  . . . . . . . . . . . . .
`;

const rows = TABLE.trim()
  .split('\n')
  .map((line) => line.split(/\s+/));

describe('session states', () => {
  it('are all in the table', () => {
    expect(rows.map(([from]) => from)).toEqual([...SESSION_STATES]);
    expect(rows.every((row) => row.length === EVENTS.length + 1)).toBe(true);
  });

  const cells = rows.flatMap(([from = '', ...cell]) =>
    cell.map((to, index) => ({ from, event: EVENTS[index] ?? 'consent', to })),
  );

  it.each(cells)('$from, $event → $to', ({ from, event, to }) => {
    const state = SESSION_STATES.find((candidate) => candidate === from);
    if (state === undefined) throw new Error(`no state ${from}`);
    expect(nextState(state, event) ?? '.').toBe(to);
  });

  it('are moved by no other row, and each pair once', () => {
    expect(cells.filter(({ to }) => to !== '.')).toHaveLength(SESSION_TRANSITIONS.length);
    const pairs = SESSION_TRANSITIONS.map(({ from, event }) => `${from} ${event}`);
    expect(new Set(pairs).size).toBe(pairs.length);
  });
});
