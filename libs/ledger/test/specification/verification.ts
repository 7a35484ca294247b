import { describe, expect, it } from '@jest/globals';
import { hashOf, verifyChanged } from '../settled-pair.js';
import { given, refusal } from './current.js';
import type { Current } from './current.js';

export function specifyVerification(current: Current): void {
  describe('verification', () => {
    it('stands with both parties and says what was recomputed', async () => {
      const [{ ledger }, pair] = [given(current.under), given(current.pair)];
      await ledger.submit(pair.present());
      const receipt = await ledger.submit(pair.verify());
      const again = await ledger.submit(pair.verify({ caller: pair.creditor }));
      expect(again).toEqual({ ...receipt, first: false });
      const records = [
        await ledger.read(pair.creditor, receipt.businessKey),
        await ledger.read(pair.debtor, receipt.businessKey),
      ];
      expect(records[0]).toEqual(records[1]);
      expect(records[0]?.fact.checks).toEqual([
        'documentHash',
        'energyTotal',
        'lineCount',
        'merkleRoot',
        'moneyTotals',
        'parties',
        'sequence',
      ]);
    });

    it.each([
      ['a cent more', { totalExclTax: '9.13', totalInclTax: '9.77' }],
      ['tax that is no sum', { tax: '0.65', totalInclTax: '9.77' }],
      ['a total that is not base and tax', { totalInclTax: '9.75' }],
      ['a watt-hour more', { energyKwh: '31.451' }],
      ['another number of lines', { lineCount: 2 }],
      ['a gap in the sequence', { excluded: [] }],
      ['a sequence that ends later', { sequenceTo: 11 }],
      ['another debtor', { homeUtility: 'somebody-else' }],
      ['an unknown currency', { currency: 'XXX' }],
    ])('refuses %s', async (_, changes) => {
      const [{ ledger }, pair] = [given(current.under), given(current.pair)];
      const { present, verify } = verifyChanged(pair, changes);
      await ledger.submit(present);
      expect(await refusal(ledger, verify)).toBe('unprocessable');
    });

    it('refuses lines that do not lead to the root', async () => {
      const [{ ledger }, pair] = [given(current.under), given(current.pair)];
      const { present, verify } = verifyChanged(pair, {}, pair.lines.toReversed());
      await ledger.submit(present);
      expect(await refusal(ledger, verify)).toBe('invalid_proof');
    });

    it('refuses a document whose hash is not the named one', async () => {
      const [{ ledger }, pair] = [given(current.under), given(current.pair)];
      await ledger.submit(pair.present());
      const { transient } = pair.verify();
      const changed = { ...transient, invoice: { ...pair.invoice, number: 'changed' } };
      expect(await refusal(ledger, pair.verify({ transient: changed }))).toBe('unprocessable');
    });

    it('refuses an invoice that was not presented', async () => {
      const [{ ledger }, pair] = [given(current.under), given(current.pair)];
      await ledger.submit(pair.present({ documentHash: hashOf('another invoice') }));
      expect(await refusal(ledger, pair.verify())).toBe('ledger_conflict');
    });

    it('says that it does not rate the records again', async () => {
      const [{ ledger }, pair] = [given(current.under), given(current.pair)];
      await ledger.submit(pair.present());
      const transient = { ...pair.verify().transient, cdrs: [{ type: 'cdr' }] };
      expect(await refusal(ledger, pair.verify({ transient }))).toBe('not_built');
    });
  });
}
