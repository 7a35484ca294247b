import { describe, expect, it } from '@jest/globals';
import type { CdrDocument } from '@roamgrid/contracts';
import { checkRevocation } from '../src/review/check-entitlement.js';

const cdr = (consentAt: string, startAt: string, flags: readonly string[] = []): CdrDocument =>
  ({ consent: { document: { at: consentAt } }, startAt, flags }) as unknown as CdrDocument;

const REVOKED = '2026-11-10T12:00:00Z';

/** When the driver consented; where the station was off-line, when the charge began; who bears it; objected? */
const CASES: readonly [
  string,
  string,
  string,
  boolean,
  string | null,
  'home' | 'visited',
  boolean,
][] = [
  ['never revoked', '12:30:00', '12:30:00', false, null, 'visited', false],
  ['before the revocation', '11:59:59', '12:30:00', false, REVOKED, 'visited', false],
  ['60 s after it', '12:01:00', '12:01:30', false, REVOKED, 'visited', false],
  ['61 s after it, visited bears', '12:01:01', '12:01:30', false, REVOKED, 'visited', true],
  ['61 s after it, home bears', '12:01:01', '12:01:30', false, REVOKED, 'home', false],
  ['off-line, begun before it', '15:00:00', '11:00:00', true, REVOKED, 'visited', false],
  ['off-line, begun 60 s after it', '15:00:00', '12:01:00', true, REVOKED, 'visited', false],
  ['off-line, begun later, visited bears', '15:00:00', '12:01:01', true, REVOKED, 'visited', true],
  ['off-line, begun later, home bears', '15:00:00', '12:01:01', true, REVOKED, 'home', false],
];

describe('a charge and the revocation of its mandate', () => {
  it.each(CASES)('%s', (_case, consented, began, isOffline, revokedAt, borneBy, isObjected) => {
    const at = (time: string): string => `2026-11-10T${time}Z`;
    const flags = isOffline ? ['offline_start'] : [];
    const found = checkRevocation(cdr(at(consented), at(began), flags), revokedAt, borneBy);
    expect(found !== null).toBe(isObjected);
  });
});
