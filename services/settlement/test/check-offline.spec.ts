import { describe, expect, it } from '@jest/globals';
import type { AgreementTerms, CdrDocument } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { Verifier } from '@roamgrid/platform';
import {
  checkOfflineBasis,
  checkOfflineRule,
  checkOfflineTotal,
} from '../src/review/check-offline.js';

const PAIR = { homeUtility: 'alabama-power', visitedUtility: 'duke-energy' };

/** What matters of a charge under the rule; every case changes one figure. */
interface Figures {
  rule?: Partial<AgreementTerms['offlineRule']>;
  energyCapKwh?: string;
  amount?: string;
  hours?: number;
  windowKwh?: string;
  entryKwh?: string;
  entryAmount?: string;
  currency?: string;
  quotedAt?: string;
}

function cdrOf(figures: Figures, authorizedBy = 'offlineRule', basis = true): CdrDocument {
  const currency = figures.currency ?? 'USD';
  const entry = {
    type: 'directoryEntry',
    ...PAIR,
    number: 5,
    state: 'active',
    pseudonym: 'ps-1',
    assurance: 'claimed',
    customerClass: 'residential',
    planId: 'plan-1',
    tier: 'none',
    offline: {
      energyKwh: figures.entryKwh ?? '30',
      money: { currency, amount: figures.entryAmount ?? '15.00' },
      paymentMode: 'postPaid',
    },
  };
  const directory = {
    type: 'directoryState',
    ...PAIR,
    number: 9,
    issuedAt: '2026-11-10T00:00:00Z',
  };
  const offline = {
    entry: { document: entry },
    directory: { document: directory },
    window: {
      hours: figures.hours ?? 72,
      energyKwh: figures.windowKwh ?? '30',
      money: { currency, amount: '15.00' },
    },
  };
  return {
    ...PAIR,
    authorizedBy,
    quote: { document: { issuedAt: figures.quotedAt ?? '2026-11-12T00:00:00Z' } },
    mandate: {
      document: {
        ...PAIR,
        pseudonym: 'ps-1',
        assurance: 'claimed',
        customerClass: 'residential',
        tier: 'none',
        paymentMode: 'postPaid',
        energyCapKwh: figures.energyCapKwh ?? '30',
        moneyCap: { currency, amount: figures.amount ?? '15.00' },
        retailTariff: { document: { planId: 'plan-1', tier: 'none' } },
        ...(basis ? { offline } : {}),
      },
    },
  } as unknown as CdrDocument;
}

const termsOf = (rule: Figures['rule']): AgreementTerms =>
  ({
    currency: 'USD',
    offlineRule: {
      kind: 'directoryEntry',
      energyKwh: '30',
      amount: '15.00',
      greatestAgeHours: 72,
      ...rule,
    },
  }) as AgreementTerms;

const CASES: readonly [string, Figures, string | null][] = [
  ['all at its cap', {}, null],
  ['less than allowed', { energyCapKwh: '10', amount: '1.00' }, null],
  ['the rule denies', { rule: { kind: 'deny' } }, 'denies'],
  ['a cap above the rule', { rule: { energyKwh: '29.999' } }, 'above'],
  ['a window above the entry', { entryKwh: '20' }, 'above'],
  ['a cap above its window', { energyCapKwh: '30', windowKwh: '20' }, 'above'],
  ['money above the rule', { rule: { amount: '14.99' } }, 'above'],
  ['money above the entry', { entryAmount: '10.00' }, 'above'],
  ['another currency', { currency: 'CAD' }, 'above'],
  ['another window', { hours: 100 }, 'window'],
  ['home’s word 72 h old', { quotedAt: '2026-11-13T00:00:00Z' }, null],
  ['older, within two clocks’ difference', { quotedAt: '2026-11-13T00:05:00Z' }, null],
  ['older than that', { quotedAt: '2026-11-13T00:05:01Z' }, 'too old'],
];

describe('a charge while home was silent', () => {
  it.each(CASES)('%s', (_case, figures, note) => {
    const found = checkOfflineRule(cdrOf(figures), termsOf(figures.rule));
    if (note === null) expect(found).toBeNull();
    else expect(found?.note).toContain(note);
  });

  it.each([
    ['30 kWh, 15.00', [10_000_000n, 500n], [20_000_000n, 1_000n], true],
    ['one milliwatt-hour more', [10_000_001n, 500n], [20_000_000n, 1_000n], false],
    ['one cent more', [10_000_000n, 501n], [20_000_000n, 1_000n], false],
  ] as const)('and the driver’s others come to %s', (_case, own, others, isWithin) => {
    const use = ([energyMilliWh, minor]: readonly [bigint, bigint]) => ({ energyMilliWh, minor });
    expect(checkOfflineTotal(cdrOf({}), use(own), use(others)) === null).toBe(isWithin);
  });

  const verifier = (signed: boolean): Verifier =>
    ({
      verify: () =>
        signed
          ? Promise.resolve()
          : Promise.reject(new RoamgridError('signature_invalid', 'not theirs')),
    }) as unknown as Verifier;

  const changed = (change: (document: Record<string, never>) => void): CdrDocument => {
    const cdr = cdrOf({});
    change(cdr.mandate.document as unknown as Record<string, never>);
    return cdr;
  };

  it.each([
    ['as home signed it', cdrOf({}), true, null],
    ['of nobody’s hand', cdrOf({}), false, 'not signed'],
    ['on a mandate of home’s', cdrOf({}, 'offlineRule', false), true, 'belong together'],
    ['said to be by home', cdrOf({}, 'home'), true, 'belong together'],
    [
      'of another driver',
      changed((mandate) => Object.assign(mandate, { pseudonym: 'ps-2' })),
      true,
      'another driver',
    ],
    [
      'at another plan’s price',
      changed((mandate) =>
        Object.assign(mandate, { retailTariff: { document: { planId: 'other', tier: 'none' } } }),
      ),
      true,
      'another plan',
    ],
  ])('on a basis %s', async (_case, cdr, signed, note) => {
    const found = await checkOfflineBasis(cdr, verifier(signed));
    if (note === null) expect(found).toBeNull();
    else expect(found?.note).toContain(note);
  });
});
