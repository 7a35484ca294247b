import { describe, expect, it } from '@jest/globals';
import type { LedgerErrorCode, LedgerTransaction } from '@roamgrid/ledger';
import type { SettledPair } from '../settled-pair.js';
import { given, refusal } from './current.js';
import type { Current } from './current.js';

export function specifyShapes(current: Current): void {
  const malformed: LedgerErrorCode = 'malformed_request';

  describe('what is malformed is refused', () => {
    it.each<[string, (pair: SettledPair) => LedgerTransaction]>([
      ['a key that is no hash', (pair) => pair.present({ businessKey: 'invoice-1' })],
      ['a hash in capitals', (pair) => pair.present({ documentHash: 'A'.repeat(64) })],
      ['no salt', (pair) => pair.present({ transient: {} })],
      [
        'one party on both sides',
        (pair) => pair.present({ argument: { creditor: pair.creditor, debtor: pair.creditor } }),
      ],
      [
        'a member that nobody knows',
        (pair) => pair.present({ argument: { ...pair.present().argument, amount: '1.00' } }),
      ],
      [
        'a fraction, which is never exact',
        (pair) => pair.present({ transient: { salt: pair.salt('x'), factor: 0.5 } }),
      ],
      ['a caller that is no utility', (pair) => pair.present({ caller: 'Not A Slug' })],
    ])('%s', async (_, make) => {
      const [{ ledger }, pair] = [given(current.under), given(current.pair)];
      expect(await refusal(ledger, make(pair))).toBe(malformed);
    });

    it('a key that is no hash, when it is read', async () => {
      const [{ ledger }, pair] = [given(current.under), given(current.pair)];
      await expect(ledger.read(pair.creditor, 'invoice-1')).rejects.toMatchObject({
        code: malformed,
        next: 'giveUp',
      });
    });
  });
}
