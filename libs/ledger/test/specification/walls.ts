import { describe, expect, it } from '@jest/globals';
import type { ListedRecord } from '@roamgrid/ledger';
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

    it('lists to each party what stands with it, in order of key, page by page', async () => {
      const [{ ledger, members }, pair] = [given(current.under), given(current.pair)];
      if (ledger.listRecords === undefined) return;
      await ledger.submit(pair.present());
      const acceptance = await ledger.submit(pair.accept());
      const [creditor, debtor, stranger] = members;
      const listed = async (caller: string): Promise<ListedRecord[]> => {
        const all: ListedRecord[] = [];
        for (let after: string | null = null; ;) {
          const page: readonly ListedRecord[] =
            (await ledger.listRecords?.(caller, after, 2)) ?? [];
          all.push(...page);
          if (page.length < 2) return all;
          after = page.at(-1)?.businessKey ?? null;
        }
      };
      const keysOf = async (caller: string) =>
        (await listed(caller)).map(({ businessKey }) => businessKey);
      const own = await keysOf(creditor);
      expect(own).toContain(pair.invoiceKey);
      expect(own).not.toContain(acceptance.businessKey);
      expect(own).toEqual([...new Set(own)].sort());
      expect(await keysOf(stranger)).not.toContain(pair.invoiceKey);
      const accepted = (await listed(debtor)).find(
        ({ businessKey }) => businessKey === acceptance.businessKey,
      );
      expect(accepted).toMatchObject({
        kind: 'acceptance',
        documentHash: acceptance.documentHash,
        fact: { invoiceKey: pair.invoiceKey },
      });
    });
  });
}
