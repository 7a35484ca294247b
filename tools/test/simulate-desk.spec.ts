import { describe, expect, it } from '@jest/globals';
import { AskedCalls } from '../src/swarm/desk.js';
import type { HeardCall } from '../src/swarm/station-line.js';

const STOP = { action: 'RemoteStopTransaction', payload: { transactionId: 7 } };
const START = { action: 'RemoteStartTransaction', payload: { idTag: '1', connectorId: 2 } };
/** as a station reads it: numbers are digits */
const heardStop: HeardCall = { action: STOP.action, payload: { transactionId: '7' } };
const heardStart: HeardCall = { action: START.action, payload: { idTag: '1', connectorId: '2' } };
const reserved: HeardCall = { action: 'ReserveNow', payload: { reservationId: '9' } };

function compared(heard: readonly HeardCall[]): string[] {
  const asked = new AskedCalls();
  asked.expect(START);
  asked.expect(STOP);
  asked.expectReservation();
  return asked.compare('SWARM-1', heard);
}

describe('what a station heard and what it was called for', () => {
  it('agree, in any order, beside what the gateway says by itself', () => {
    const cost: HeardCall = { action: 'CostUpdated', payload: {} };
    const creditUsedUp: HeardCall = { action: STOP.action, payload: { transactionId: '8' } };
    expect(compared([reserved, cost, heardStop, creditUsedUp, heardStart])).toEqual([]);
  });

  it.each<[string, HeardCall[], RegExp]>([
    ['one that was not heard', [heardStart, reserved], /was to hear RemoteStopTransaction/],
    [
      'one for another connector',
      [{ ...heardStart, payload: { idTag: '1', connectorId: '1' } }, heardStop, reserved],
      /was to hear RemoteStart.*"connectorId":"2"/,
    ],
    [
      'one that was heard twice',
      [heardStart, heardStart, heardStop, reserved],
      /heard RemoteStart.*which nobody asked for/,
    ],
  ])('%s is named', (_what, heard, expected) => {
    expect(compared(heard).join('\n')).toMatch(expected);
  });
});
