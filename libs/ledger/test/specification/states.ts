import { describe, expect, it } from '@jest/globals';
import { hashOf } from '../settled-pair.js';
import { given, refusal, stepOf } from './current.js';
import type { Current, Step } from './current.js';

/** Steps that are recorded, then one more and what becomes of it. */
const STATE_ROWS = `
                          -> present  recorded
                          -> verify   state_conflict
                          -> accept   state_conflict
                          -> dispute  state_conflict
                          -> credit   state_conflict
  present                 -> verify   recorded
  present                 -> accept   recorded
  present                 -> dispute  recorded
  present                 -> credit   recorded
  present verify          -> accept   recorded
  present verify          -> dispute  recorded
  present verify          -> credit   recorded
  present dispute         -> verify   state_conflict
  present dispute         -> dispute2 recorded
  present dispute         -> accept   recorded
  present dispute         -> credit   recorded
  present accept          -> verify   state_conflict
  present accept          -> dispute  state_conflict
  present accept          -> credit   recorded
  present dispute accept  -> dispute2 state_conflict
  present credit          -> verify   state_conflict
  present credit          -> accept   state_conflict
  present credit          -> dispute  state_conflict
  present accept credit   -> accept   recorded
  present credit          -> present  recorded
`;

export function specifyStates(current: Current): void {
  describe('states move forward only; what is recorded already stays answered', () => {
    it.each(rowsOf(STATE_ROWS))('%s', async (row) => {
      const [{ ledger }, pair] = [given(current.under), given(current.pair)];
      const [before = '', after = ''] = row.split('->');
      for (const step of before.split(' ').filter((word) => word !== '')) {
        await ledger.submit(stepOf(pair, step as Step));
      }
      const [step, expected] = after.trim().split(/\s+/);
      expect(await refusal(ledger, stepOf(pair, step as Step))).toBe(expected);
    });
  });

  describe('an answer names the invoice it answers', () => {
    it('does not accept another invoice than the presented one', async () => {
      const [{ ledger }, pair] = [given(current.under), given(current.pair)];
      await ledger.submit(pair.present());
      const accept = pair.accept();
      const transient = { ...accept.transient, invoiceHash: hashOf('another invoice') };
      expect(await refusal(ledger, { ...accept, transient })).toBe('ledger_conflict');
    });

    it('takes a dispute whatever the creditor has recorded', async () => {
      const [{ ledger }, pair] = [given(current.under), given(current.pair)];
      await ledger.submit(pair.present({ transient: { salt: hashOf('a salt kept secret') } }));
      expect(await refusal(ledger, pair.accept())).toBe('ledger_conflict');
      expect(await refusal(ledger, pair.dispute())).toBe('recorded');
    });
  });
}

function rowsOf(table: string): string[] {
  return table
    .split('\n')
    .map((row) => row.trim())
    .filter((row) => row !== '');
}
