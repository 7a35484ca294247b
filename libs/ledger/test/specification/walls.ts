import { describe, expect, it } from '@jest/globals';
import { given, refusal, stepOf } from './current.js';
import type { Current } from './current.js';

export function specifyWalls(current: Current): void {
  describe('each party has its own part', () => {
    it.each([
      ['present', 'debtor'],
      ['present', 'stranger'],
      ['verify', 'stranger'],
      ['accept', 'creditor'],
      ['accept', 'stranger'],
      ['dispute', 'creditor'],
      ['dispute', 'stranger'],
      ['credit', 'debtor'],
      ['credit', 'stranger'],
    ] as const)('refuses to %s for the %s', async (step, role) => {
      const [{ ledger, members }, pair] = [given(current.under), given(current.pair)];
      const caller = { creditor: members[0], debtor: members[1], stranger: members[2] }[role];
      if (step !== 'present') await ledger.submit(pair.present());
      expect(await refusal(ledger, { ...stepOf(pair, step), caller })).toBe('forbidden');
    });

    it('shows a record to nobody but the party it stands with', async () => {
      const [{ ledger, members }, pair] = [given(current.under), given(current.pair)];
      await ledger.submit(pair.present());
      const acceptance = await ledger.submit(pair.accept());
      const [creditor, debtor, stranger] = members;
      expect(await ledger.read(debtor, pair.invoiceKey)).toBeNull();
      expect(await ledger.read(stranger, pair.invoiceKey)).toBeNull();
      expect(await ledger.read(creditor, acceptance.businessKey)).toBeNull();
      expect(await ledger.read(debtor, acceptance.businessKey)).toMatchObject({
        kind: 'acceptance',
        fact: { invoiceKey: pair.invoiceKey, invoiceHash: pair.invoiceHash },
      });
    });
  });
}
