import { describe, expect, it } from '@jest/globals';
import type { CdrDocument } from '@roamgrid/contracts';
import { checkRevocation } from '../src/review/check-entitlement.js';

const cdr = (consentAt: string): CdrDocument =>
  ({ consent: { document: { at: consentAt } } }) as unknown as CdrDocument;

const REVOKED = '2026-11-10T12:00:00Z';

/** When the driver consented; who bears a late revocation by the agreement; does home object? */
const CASES: readonly [string, string, string | null, 'home' | 'visited', boolean][] = [
  ['never revoked', '12:30:00', null, 'visited', false],
  ['before the revocation', '11:59:59', REVOKED, 'visited', false],
  ['60 s after it', '12:01:00', REVOKED, 'visited', false],
  ['a millisecond more, visited bears', '12:01:00.001', REVOKED, 'visited', true],
  ['a millisecond more, home bears', '12:01:00.001', REVOKED, 'home', false],
  ['hours after it, visited bears', '23:59:59', REVOKED, 'visited', true],
  ['hours after it, home bears', '23:59:59', REVOKED, 'home', false],
];

describe('a charge and the revocation of its mandate', () => {
  it.each(CASES)('consented %s', (_case, time, revokedAt, borneBy, isObjected) => {
    const found = checkRevocation(cdr(`2026-11-10T${time}Z`), revokedAt, borneBy);
    expect(found !== null).toBe(isObjected);
    if (found !== null) expect(found.reasonCode).toBe('session_unknown');
  });
});
