import { describe, expect, it } from '@jest/globals';
import { sessionOf } from '../src/session-of.js';

const ID = '01936f3e-7c1a-7b3c-9d2e-0123456789ab';

describe('the session that a message concerns', () => {
  it.each([
    ['its own member', { sessionId: ID, stationId: 'S' }, ID],
    ['a charge', { charge: { sessionId: ID }, agreedTariff: {} }, ID],
    ['a signed document', { cdr: { document: { sessionId: ID }, documentHash: 'h' } }, ID],
    ['the view of a session', { kind: 'session', id: ID, data: {} }, ID],
    ['an invoice with lines', { invoice: {}, lines: [{ sessionId: ID }] }, null],
    ['a session not known yet', { sessionId: null, event: { sessionId: ID } }, ID],
    ['a card number in its place', { sessionId: '84000195011000012374' }, null],
    ['nothing', undefined, null],
    ['text', ID, null],
  ])('is found in %s', (_name, payload, expected) => {
    expect(sessionOf(payload)).toBe(expected);
  });
});
