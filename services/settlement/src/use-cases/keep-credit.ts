import type {
  depositCredit as depositContract,
  ReplyOf,
  reserveCredit as reserveContract,
  RequestOf,
} from '@roamgrid/contracts';
import { formatMoney, money, parseMoney, RoamgridError } from '@roamgrid/kernel';
import { bookDeposit } from '../journal/entries.js';
import type { Ports } from '../ports.js';
import type { CreditAccount } from '../records.js';
import { releaseCard } from './cards/authorize-card.js';

const balanceText = ({ currency, balanceMinor }: CreditAccount): string =>
  formatMoney(money(currency, balanceMinor));

/**
 * Opens a prepaid account or tops it up; the same entry again changes nothing.
 *
 * @throws RoamgridError `currency_mismatch` for an account in another currency; `unprocessable` for a
 *   negative amount
 */
export async function depositCredit(
  ports: Ports,
  request: RequestOf<typeof depositContract>,
): Promise<ReplyOf<typeof depositContract>> {
  const { entryId, consumerId, currency } = request;
  const amount = parseMoney(request.amount, currency);
  if (amount.minor < 0n) throw new RoamgridError('unprocessable', 'a deposit is not negative');
  return ports.work.run(async (books) => {
    const account = await books.credit.open(consumerId, currency);
    if (account.currency !== currency) {
      throw new RoamgridError('currency_mismatch', `the account is in ${account.currency}`);
    }
    const atMs = ports.clock.now();
    const isNew = await books.credit.deposit(entryId, consumerId, amount.minor, atMs);
    if (isNew) await books.journal.book(bookDeposit(entryId, consumerId, amount));
    const after = await books.credit.lockAccount(consumerId);
    return { balance: balanceText(after ?? account) };
  });
}

/**
 * Reserves what is available for a mandate, at most the amount asked for; asked again for the same mandate
 * it answers the same. What the mandates hold that this one replaces is free first, in the same step.
 */
export async function reserveCredit(
  ports: Ports,
  request: RequestOf<typeof reserveContract>,
): Promise<ReplyOf<typeof reserveContract>> {
  const { mandateId, consumerId, currency, insteadOf } = request;
  const greatestMinor = parseMoney(request.greatestAmount, currency).minor;
  const reserved = (minor: bigint) => ({
    decision: 'reserved' as const,
    amount: formatMoney(money(currency, minor)),
  });
  const refused = { decision: 'refused' as const, reason: 'credit_exhausted' as const };
  return ports.work.run(async (books) => {
    await books.credit.lockAccount(consumerId);
    for (const withdrawn of insteadOf) await books.credit.close(withdrawn, 'released');
    const account = await books.credit.lockAccount(consumerId);
    const known = await books.credit.findReservation(mandateId);
    if (known !== null) return known.state === 'open' ? reserved(known.amountMinor) : refused;
    if (account?.currency !== currency) return refused;
    const availableMinor = account.balanceMinor - account.reservedMinor;
    const amountMinor = availableMinor < greatestMinor ? availableMinor : greatestMinor;
    if (amountMinor <= 0n) return refused;
    const reservation = { mandateId, consumerId, amountMinor };
    return (await books.credit.reserve(reservation)) ? reserved(amountMinor) : refused;
  });
}

/**
 * Gives back what a mandate reserved, on a balance or on a card; once it was used or released there is
 * nothing to give back.
 */
export async function releaseCredit(ports: Ports, mandateId: string): Promise<void> {
  await ports.work.run(async (books) => {
    await books.credit.close(mandateId, 'released');
    await releaseCard(ports, books, mandateId);
  });
}
