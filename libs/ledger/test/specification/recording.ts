import { describe, expect, it } from '@jest/globals';
import { hashOf } from '../settled-pair.js';
import { given, refusal } from './current.js';
import type { Current } from './current.js';

export function specifyRecording(current: Current): void {
  describe('put if absent', () => {
    it('records a document once and answers with a receipt', async () => {
      const [{ ledger }, pair] = [given(current.under), given(current.pair)];
      const heightBefore = await ledger.height();
      const receipt = await ledger.submit(pair.present());
      expect(receipt).toMatchObject({
        businessKey: pair.invoiceKey,
        documentHash: pair.invoiceHash,
        first: true,
      });
      expect(receipt.txId).toMatch(/^[0-9a-f]{64}$/);
      expect(await ledger.height()).toBe(heightBefore + 1n);
      expect(BigInt(receipt.blockNumber)).toBe(heightBefore);
    });

    it('answers the same document again with the first receipt', async () => {
      const [{ ledger }, pair] = [given(current.under), given(current.pair)];
      const first = await ledger.submit(pair.present());
      const height = await ledger.height();
      expect(await ledger.submit(pair.present())).toEqual({ ...first, first: false });
      const salted = pair.present({ transient: { salt: hashOf('another salt') } });
      expect(await ledger.submit(salted)).toEqual({ ...first, first: false });
      expect(await ledger.height()).toBe(height);
    });

    it('refuses another document under the same key', async () => {
      const [{ ledger }, pair] = [given(current.under), given(current.pair)];
      await ledger.submit(pair.present());
      const other = pair.present({ documentHash: hashOf('another invoice') });
      expect(await refusal(ledger, other)).toBe('ledger_conflict');
      const record = await ledger.read(pair.creditor, pair.invoiceKey);
      expect(record?.documentHash).toBe(pair.invoiceHash);
    });

    it('makes one record of many submissions at once', async () => {
      const [{ ledger }, pair] = [given(current.under), given(current.pair)];
      const heightBefore = await ledger.height();
      const receipts = await Promise.all(
        Array.from({ length: 8 }, () => ledger.submit(pair.present())),
      );
      expect(new Set(receipts.map((receipt) => receipt.txId)).size).toBe(1);
      expect(receipts.filter((receipt) => receipt.first)).toHaveLength(1);
      expect(await ledger.height()).toBe(heightBefore + 1n);
    });

    it('lets one of two different documents win when both are submitted at once', async () => {
      const [{ ledger }, pair] = [given(current.under), given(current.pair)];
      const other = pair.present({ documentHash: hashOf('another invoice') });
      const outcomes = await Promise.allSettled([
        ledger.submit(pair.present()),
        ledger.submit(other),
      ]);
      const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(lost.map((outcome) => (outcome.reason as { code: string }).code)).toEqual([
        'ledger_conflict',
      ]);
    });

    it('is resolved by key: the owner reads what was recorded, with its receipt', async () => {
      const [{ ledger }, pair] = [given(current.under), given(current.pair)];
      expect(await ledger.read(pair.creditor, pair.invoiceKey)).toBeNull();
      const receipt = await ledger.submit(pair.present());
      const { txId, blockNumber, businessKey, documentHash, committedAt } = receipt;
      expect(await ledger.read(pair.creditor, pair.invoiceKey)).toEqual({
        kind: 'invoice',
        ...{ txId, blockNumber, businessKey, documentHash, committedAt },
        fact: {
          creditor: pair.creditor,
          debtor: pair.debtor,
          salt: pair.salt(pair.invoiceKey),
        },
      });
    });

    it('records an agreement for each party by itself', async () => {
      const [{ ledger }, pair] = [given(current.under), given(current.pair)];
      const mine = pair.agree(pair.creditor, pair.debtor);
      const yours = pair.agree(pair.debtor, pair.creditor);
      expect((await ledger.submit(mine)).first).toBe(true);
      expect((await ledger.submit(yours)).first).toBe(true);
      expect((await ledger.submit(mine)).first).toBe(false);
      const other = { ...mine, documentHash: hashOf('another agreement') };
      expect(await refusal(ledger, other)).toBe('ledger_conflict');
      expect(await refusal(ledger, { ...yours, caller: pair.creditor })).toBe('forbidden');
    });
  });
}
