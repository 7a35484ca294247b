import { describe, expect, it } from '@jest/globals';
import { ERROR_KINDS, isErrorCode, RoamgridError } from '../src/errors.js';

describe('RoamgridError', () => {
  it('carries the code, and through it the status and what to do next', () => {
    const error = new RoamgridError('ledger_outcome_unknown', 'no answer in time', [
      { path: '/a', message: 'b' },
    ]);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'RoamgridError',
      message: 'no answer in time',
      status: 503,
      next: 'unknownOutcome',
      fields: [{ path: '/a', message: 'b' }],
    });
    expect(new RoamgridError('internal', 'x').fields).toEqual([]);
  });

  it('knows its codes and no names that every object has', () => {
    expect(isErrorCode('invalid_cin')).toBe(true);
    expect(isErrorCode('toString')).toBe(false);
    expect(isErrorCode('nothing')).toBe(false);
  });

  it.each(Object.entries(ERROR_KINDS))('%s has a status of failure and a title', (code, kind) => {
    expect(code).toMatch(/^[a-z0-9]+(_[a-z0-9]+)*$/);
    expect(kind.status).toBeGreaterThanOrEqual(400);
    expect(kind.status).toBeLessThan(600);
    expect(kind.title).not.toBe('');
  });
});
