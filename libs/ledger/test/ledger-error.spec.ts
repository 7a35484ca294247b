import { describe, expect, it } from '@jest/globals';
import { RoamgridError } from '@roamgrid/kernel';
import { LedgerError, readRefusal } from '@roamgrid/ledger';
import type { LedgerErrorCode } from '@roamgrid/ledger';

describe('LedgerError', () => {
  it.each<[LedgerErrorCode, string]>([
    ['ledger_conflict', 'giveUp'],
    ['state_conflict', 'giveUp'],
    ['forbidden', 'giveUp'],
    ['not_built', 'giveUp'],
    ['invalid_proof', 'giveUp'],
    ['unprocessable', 'giveUp'],
    ['malformed_request', 'giveUp'],
    ['ledger_unavailable', 'retrySame'],
    ['ledger_outcome_unknown', 'unknownOutcome'],
  ])('%s says what to do next: %s', (code, next) => {
    const error = new LedgerError(code, 'why');
    expect(error).toBeInstanceOf(RoamgridError);
    expect(error.next).toBe(next);
  });
});

describe('readRefusal', () => {
  it('reads what the contract threw', () => {
    const refusal = readRefusal('{"code":"ledger_conflict","detail":"another document"}');
    expect(refusal).toMatchObject({ code: 'ledger_conflict', message: 'another document' });
  });

  it.each([
    ['a failure', 'connection refused'],
    ['half of a refusal', '{"code":"ledger_conflict"'],
    ['a code of another kind', '{"code":"invalid_cin","detail":"x"}'],
    ['no code', '{"detail":"x"}'],
    ['another shape', '{"code":1,"detail":[]}'],
  ])('is null for %s', (_, message) => {
    expect(readRefusal(message)).toBeNull();
  });
});
