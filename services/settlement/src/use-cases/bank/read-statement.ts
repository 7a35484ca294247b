import type {
  BankStatementView,
  readBankStatement as contract,
  RequestOf,
} from '@roamgrid/contracts';
import { formatInstant, parseInstant, parseMoney, RoamgridError } from '@roamgrid/kernel';
import { checkStatement } from '../../bank/check-statement.js';
import type { StatementHead } from '../../bank/ports.js';
import type { Books, Ports } from '../../ports.js';
import { isUnresolved, viewItem } from '../../publishing/bank-view.js';
import { waitForDelivery } from '../close-period.js';
import { takeMovement } from './match-movement.js';

type Request = RequestOf<typeof contract>;

/**
 * Takes in a statement of our bank, all of it or nothing: what it shows of a payment, to the last minor unit, is
 * paid; everything else waits in suspense. The same statement again changes nothing.
 *
 * @throws RoamgridError `statement_unbalanced`, `unprocessable`; `statement_conflict` for other content under an
 *   id that was read
 */
export async function readBankStatement(
  ports: Ports,
  request: Request,
): Promise<BankStatementView> {
  checkStatement(request.statement);
  const view = await ports.work.run((books) => readOnce(ports, books, request));
  await waitForDelivery(ports);
  return view;
}

async function readOnce(
  ports: Ports,
  books: Books,
  { statement, contentHash, by }: Request,
): Promise<BankStatementView> {
  const { entries, ...head } = statement;
  const { account, statementId, currency } = head;
  await books.bank.lockAccount(account);
  const known = await books.bank.findStatement(account, statementId);
  if (known !== null) {
    if (known.contentHash === contentHash) return viewStatement(books, known);
    throw new RoamgridError('statement_conflict', 'a statement with this id says something else');
  }
  const read = { ...head, contentHash, readAtMs: ports.clock.now(), readBy: by };
  await books.bank.addStatement(read);
  for (const entry of entries) {
    const { reference, endToEndId, direction, amount, isReturn, bookedAt, remittance } = entry;
    const told = {
      itemId: ports.ids.uuid(),
      source: 'statement' as const,
      account,
      statementId,
      reference,
      endToEndId,
      direction,
      amountMinor: parseMoney(amount, currency).minor,
      currency,
      bookedAtMs: parseInstant(bookedAt),
      remittance,
    };
    await takeMovement(ports, books, told, isReturn);
  }
  return viewStatement(books, read);
}

async function viewStatement(
  books: Books,
  { readAtMs, ...head }: StatementHead,
): Promise<BankStatementView> {
  const items = await books.bank.itemsOf('statement', head.account, head.statementId);
  return {
    ...head,
    readAt: formatInstant(readAtMs),
    matched: items.filter(({ state }) => state === 'matched').length,
    suspense: items.filter(isUnresolved).length,
    items: items.map(viewItem),
  };
}
