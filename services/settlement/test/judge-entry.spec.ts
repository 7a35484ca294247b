import { describe, expect, it } from '@jest/globals';
import {
  endToEndIdOf,
  judgeEntry,
  paymentIdOf,
  type NamedPayment,
} from '../src/bank/judge-entry.js';

// our payment | its state | has its movement | the movement | amount | returned | what it is
const TABLE = `
-   | -            | no  | credit | 7.99 | no  | reference_unknown
out | accepted     | no  | debit  | 7.99 | no  | matched
out | unknown      | no  | debit  | 7.99 | no  | matched
out | instructed   | no  | debit  | 7.99 | no  | matched
out | acknowledged | no  | debit  | 7.99 | no  | matched
out | acknowledged | yes | debit  | 7.99 | no  | paid_twice
out | accepted     | no  | debit  | 7.98 | no  | amount_differs
out | accepted     | no  | debit  | 8.00 | no  | amount_differs
out | acknowledged | yes | credit | 7.99 | no  | payment_returned
out | acknowledged | yes | credit | 7.99 | yes | payment_returned
out | acknowledged | no  | credit | 7.99 | no  | payment_returned
out | accepted     | no  | credit | 7.99 | no  | direction_differs
out | rejected     | no  | debit  | 7.99 | no  | not_instructed
out | returned     | no  | debit  | 7.99 | no  | not_instructed
in  | advised      | no  | credit | 7.99 | no  | matched
in  | acknowledged | no  | credit | 7.99 | no  | matched
in  | acknowledged | yes | credit | 7.99 | no  | paid_twice
in  | advised      | no  | credit | 7.98 | no  | amount_differs
in  | advised      | no  | debit  | 7.99 | no  | direction_differs
in  | acknowledged | yes | debit  | 7.99 | yes | payment_returned
`;

const rows = TABLE.trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()));

const minor = (text: string): bigint => BigInt(text.replace('.', ''));

describe('a movement on the account', () => {
  it.each(rows)(
    '%s, %s, has its movement: %s; %s of %s, returned: %s: %s',
    (
      payment = '',
      state = '',
      taken = '',
      direction = '',
      amount = '',
      back = '',
      verdict = '',
    ) => {
      const named: NamedPayment | null =
        payment === '-'
          ? null
          : {
              direction: payment as 'in' | 'out',
              state: state as NamedPayment['state'],
              amountMinor: 799n,
              currency: 'USD',
              isTaken: taken === 'yes',
            };
      const movement = {
        direction: direction as 'credit' | 'debit',
        amountMinor: minor(amount),
        currency: 'USD' as const,
        isReturn: back === 'yes',
      };
      const found = judgeEntry(movement, named);
      expect(found.outcome === 'matched' ? 'matched' : found.reason).toBe(verdict);
      if (named === null) return;
      expect(judgeEntry({ ...movement, currency: 'CAD' }, named)).toMatchObject({
        reason: 'currency_differs',
      });
    },
  );

  it('names a payment by its id without hyphens, in 35 characters', () => {
    const paymentId = '0199b2f0-1111-7abc-8def-0123456789ab';
    const endToEndId = endToEndIdOf(paymentId);
    expect(endToEndId.length).toBeLessThanOrEqual(35);
    expect(paymentIdOf(endToEndId.toUpperCase())).toBe(paymentId);
    for (const other of [null, '', 'NOTPROVIDED', `${endToEndId}0`, paymentId]) {
      expect(paymentIdOf(other)).toBeNull();
    }
  });
});
