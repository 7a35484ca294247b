import { describe, expect, it } from '@jest/globals';
import { Metrics } from '@roamgrid/platform';
import { ExposureGauges } from '../src/adapters/exposure-gauges.js';
import { debtorOf } from '../src/accounts.js';
import { judgeExposure } from '../src/exposure/judge-exposure.js';

describe('how far a partner’s debt has come', () => {
  it.each`
    exposure | warnAt  | suspendAt | state
    ${0n}    | ${null} | ${null}   | ${'within'}
    ${999n}  | ${null} | ${null}   | ${'within'}
    ${99n}   | ${100n} | ${200n}   | ${'within'}
    ${100n}  | ${100n} | ${200n}   | ${'warned'}
    ${199n}  | ${100n} | ${200n}   | ${'warned'}
    ${200n}  | ${100n} | ${200n}   | ${'suspended'}
    ${200n}  | ${null} | ${200n}   | ${'suspended'}
    ${200n}  | ${100n} | ${null}   | ${'warned'}
    ${-5n}   | ${0n}   | ${0n}     | ${'within'}
    ${0n}    | ${0n}   | ${0n}     | ${'suspended'}
  `('$exposure against $warnAt and $suspendAt: $state', ({ exposure, state, ...limits }) => {
    const { warnAt, suspendAt } = limits as { warnAt: bigint | null; suspendAt: bigint | null };
    const judged = judgeExposure({
      exposureMinor: exposure as bigint,
      warnAtMinor: warnAt,
      suspendAtMinor: suspendAt,
    });
    expect(judged).toBe(state);
  });

  it.each`
    account                               | debtor
    ${'receivable:delivered:duke-energy'} | ${'duke-energy'}
    ${'receivable:invoiced:duke-energy'}  | ${'duke-energy'}
    ${'settlement:clearing:duke-energy'}  | ${'duke-energy'}
    ${'payable:invoiced:duke-energy'}     | ${null}
    ${'consumer:receivable:c-1'}          | ${null}
    ${'bank'}                             | ${null}
  `('$account is owed by $debtor', ({ account, debtor }) => {
    expect(debtorOf(account as string)).toBe(debtor);
  });
});

describe('the gauges of exposure', () => {
  it('show the debt in major units and how far it has come', async () => {
    const metrics = new Metrics();
    new ExposureGauges(metrics, 'duke-energy').show({
      partner: 'alabama-power',
      currency: 'USD',
      exposureMinor: 661n,
      warnAtMinor: 100n,
      suspendAtMinor: null,
      state: 'warned',
      sinceMs: null,
    });
    const labels = '{utility="duke-energy",partner="alabama-power",currency="USD"}';
    const text = await metrics.text();
    expect(text).toContain(`roamgrid_partner_exposure${labels} 6.61`);
    expect(text).toContain(`roamgrid_partner_exposure_state${labels} 1`);
  });
});
