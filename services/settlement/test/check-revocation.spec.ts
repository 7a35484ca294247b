import { describe, expect, it } from '@jest/globals';
import type { CdrDocument } from '@roamgrid/contracts';
import { checkRevocation } from '../src/review/check-entitlement.js';

const cdr = (consentAt: string): CdrDocument =>
  ({ flags: [], consent: { document: { at: consentAt } } }) as unknown as CdrDocument;

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

/** How the driver said yes, whether the station told it later, when the charge began; does home object? */
const LATE: readonly [string, 'preAgreed' | 'ocpp', string[], string, boolean][] = [
  ['told later, begun before it', 'preAgreed', ['offline'], '11:00:00', false],
  ['told later, begun 60 s after it', 'preAgreed', ['offline'], '12:01:00', false],
  ['told later, begun hours after it', 'preAgreed', ['offline'], '20:00:00', true],
  ['told at once', 'preAgreed', [], '11:00:00', true],
  ['told later, to a price that was shown', 'ocpp', ['offline'], '11:00:00', true],
];

describe('B054: a charge by the station’s own list and the revocation of its mandate', () => {
  it.each(LATE)('%s', (_case, channel, flags, time, isObjected) => {
    const late = {
      flags,
      startAt: `2026-11-10T${time}Z`,
      consent: { document: { at: '2026-11-12T00:00:00Z', channel } },
    } as unknown as CdrDocument;
    expect(checkRevocation(late, REVOKED, 'visited') !== null).toBe(isObjected);
    expect(checkRevocation(late, REVOKED, 'home')).toBeNull();
  });
});

describe('a charge and the revocation of its mandate', () => {
  it.each(CASES)('consented %s', (_case, time, revokedAt, borneBy, isObjected) => {
    const found = checkRevocation(cdr(`2026-11-10T${time}Z`), revokedAt, borneBy);
    expect(found !== null).toBe(isObjected);
    if (found !== null) expect(found.reasonCode).toBe('session_unknown');
  });
});
