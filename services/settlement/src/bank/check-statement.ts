import type { BankStatement, CardPayout } from '@roamgrid/contracts';
import { formatMoney, money, parseMoney, RoamgridError } from '@roamgrid/kernel';

/**
 * Opening balance plus every movement is the closing balance, and every movement is above zero. Nothing of a
 * statement that does not add up is taken in.
 *
 * @throws RoamgridError `statement_unbalanced`, `malformed_decimal`, `unprocessable`
 */
export function checkStatement({
  currency,
  openingBalance,
  closingBalance,
  entries,
}: BankStatement): void {
  const minorOf = (text: string): bigint => parseMoney(text, currency).minor;
  let runningMinor = minorOf(openingBalance);
  for (const [index, { amount, direction }] of entries.entries()) {
    const minor = minorOf(amount);
    if (minor <= 0n) {
      throw new RoamgridError('unprocessable', 'a movement is above zero', [
        { path: `entries.${String(index)}.amount`, message: 'must be above zero' },
      ]);
    }
    runningMinor += direction === 'credit' ? minor : -minor;
  }
  if (runningMinor === minorOf(closingBalance)) return;
  const told = formatMoney(money(currency, runningMinor));
  throw new RoamgridError(
    'statement_unbalanced',
    'the movements do not lead to the closing balance',
    [{ path: 'closingBalance', message: `opening balance and movements come to ${told}` }],
  );
}

/**
 * A payout's lines are its gross amount and its fees, and what reaches the bank is the rest.
 *
 * @throws RoamgridError `statement_unbalanced`, `malformed_decimal`, `unprocessable`
 */
export function checkPayout({ currency, gross, fees, net, lines }: CardPayout): void {
  const minorOf = (text: string): bigint => parseMoney(text, currency).minor;
  const sumOf = (member: 'amount' | 'fee'): bigint =>
    lines.reduce((sum, line) => sum + minorOf(line[member]), 0n);
  const empty = lines.findIndex(({ amount }) => minorOf(amount) === 0n);
  if (empty >= 0) {
    throw new RoamgridError('unprocessable', 'a line of a payout has an amount', [
      { path: `lines.${String(empty)}.amount`, message: 'must not be 0' },
    ]);
  }
  const wrong =
    sumOf('amount') !== minorOf(gross)
      ? 'gross'
      : sumOf('fee') !== minorOf(fees)
        ? 'fees'
        : minorOf(gross) - minorOf(fees) !== minorOf(net)
          ? 'net'
          : null;
  if (wrong === null) return;
  throw new RoamgridError('statement_unbalanced', 'the payout does not add up', [
    { path: wrong, message: 'is not what the lines come to' },
  ]);
}
