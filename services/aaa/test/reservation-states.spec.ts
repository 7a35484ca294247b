import { describe, expect, it } from '@jest/globals';
import type { Operation } from '@roamgrid/contracts';
import type { KeptReservation } from '../src/command-ports.js';
import { CANCELLING, cancellingIn, reservationState } from '../src/reservation-states.js';

const NOW_MS = 1_000_000;

function operation(state: string): Operation {
  const [kind = '', status] = state.split(' ');
  return {
    operationId: '00000000-0000-7000-8000-000000000000',
    stationId: 'DUKE-CLT-001',
    action: 'ReserveNow',
    state: kind as Operation['state'],
    askedBy: 'alabama-power/aaa',
    at: '2026-11-01T00:00:00Z',
    endedAt: null,
    payload: '{}',
    answer: status === undefined ? null : JSON.stringify({ status }),
    error: null,
    sessionId: null,
    reason: null,
  };
}

function kept(text: string): KeptReservation | null {
  if (text === '-') return null;
  const endedAs = text === 'held' || text === 'over' ? null : (text as KeptReservation['endedAs']);
  return { expiresMs: text === 'over' ? NOW_MS : NOW_MS + 1, endedAs };
}

// what the station said | the connector here | the cancellation | what home sees | what cancelling does
const TABLE = `
pending           | -         | -                 | pending    | conflict
refused           | -         | -                 | refused    | asItStands
answered Occupied | -         | -                 | refused    | asItStands
error             | -         | -                 | failed     | call
timeout           | -         | -                 | failed     | call
offline           | -         | -                 | failed     | call
timeout           | -         | pending           | cancelling | asItStands
timeout           | -         | answered Rejected | cancelled  | asItStands
timeout           | -         | timeout           | failed     | call
answered Accepted | held      | -                 | honoured   | call
answered Accepted | held      | pending           | cancelling | asItStands
answered Accepted | held      | timeout           | honoured   | call
answered Accepted | held      | offline           | honoured   | call
answered Accepted | held      | error             | honoured   | call
answered Accepted | cancelled | answered Accepted | cancelled  | asItStands
answered Accepted | cancelled | answered Rejected | cancelled  | asItStands
answered Accepted | used      | -                 | used       | conflict
answered Accepted | used      | pending           | used       | conflict
answered Accepted | used      | answered Accepted | used       | conflict
answered Accepted | cancelled | -                 | cancelled  | asItStands
answered Accepted | over      | -                 | expired    | asItStands
answered Accepted | over      | timeout           | expired    | asItStands
answered Accepted | displaced | -                 | displaced  | asItStands
answered Accepted | -         | -                 | expired    | asItStands
`;

const rows = TABLE.trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()));

describe('a reservation that home asked for', () => {
  it.each(rows)(
    'answer %s, connector %s, cancellation %s: %s, %s',
    (asked = '', connector = '', cancelled = '', state = '', cancel = '') => {
      const facts = {
        operation: operation(asked),
        kept: kept(connector),
        cancellation: cancelled === '-' ? null : operation(cancelled),
      };
      const found = reservationState(facts, NOW_MS);
      expect([found, cancellingIn(found)]).toEqual([state, cancel]);
    },
  );

  it('has one rule for each state', () => {
    const states = CANCELLING.map(({ state }) => state);
    expect(new Set(states).size).toBe(states.length);
    expect(new Set(rows.map((row) => row[3]))).toEqual(new Set(states));
  });
});
