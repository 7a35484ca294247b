import { describe, expect, it } from '@jest/globals';
import { signedWorld, type Edits } from './signed-world.js';
import { ALL_CHECKS, namesOf, verifyWorld } from './verify-harness.js';

/** Tariff and mandate hold on 2026-11-21; the charge began at 10:00 that day and was told on the 24th. */
const TOLD: Edits = { quotedAt: '2026-11-24T09:00:00Z' };
const offline: Edits['measured'] = (cdr) => (cdr['flags'] = ['offline']);
const begun =
  (startAt: string): Edits['measured'] =>
  (cdr) =>
    Object.assign(cdr, { flags: ['offline'], startAt });
const BOTH = ['cdr agreed tariff', 'cdr entitlement'];

/** What the record says; which checks fail. */
const CASES: [string, Edits, string[]][] = [
  [
    'told late, to a price agreed in advance, begun while it held',
    { ...TOLD, consentChannel: 'preAgreed', measured: offline },
    [],
  ],
  ['told at once', { ...TOLD, consentChannel: 'preAgreed' }, BOTH],
  ['to a price that was shown', { ...TOLD, consentChannel: 'ocpp', measured: offline }, BOTH],
  [
    'begun before it held, beyond what clocks may differ',
    { ...TOLD, consentChannel: 'preAgreed', measured: begun('2026-11-20T23:54:59Z') },
    BOTH,
  ],
  [
    'begun before it held, as clocks differ',
    { ...TOLD, consentChannel: 'preAgreed', measured: begun('2026-11-20T23:55:00Z') },
    [],
  ],
  [
    'authorized on its arrival, under what was granted then',
    { consentChannel: 'preAgreed', measured: begun('2026-11-11T10:00:00Z') },
    [],
  ],
  [
    'said to begin after it was quoted: the quote counts',
    { ...TOLD, consentChannel: 'preAgreed', measured: begun('2026-11-25T10:00:00Z') },
    BOTH,
  ],
  [
    'a mandate that had run out when it was quoted',
    { mandate: { notAfter: '2026-11-21T09:00:00Z' } },
    ['cdr entitlement'],
  ],
];

describe('when a price must have held, by decision 52', () => {
  it.each(CASES)('%s', async (_case, edits, failing) => {
    const outcome = await verifyWorld(signedWorld(edits));
    expect(namesOf('FAIL', outcome)).toEqual(failing);
    expect(namesOf('ok', outcome)).toEqual(ALL_CHECKS.filter((name) => !failing.includes(name)));
  });
});
