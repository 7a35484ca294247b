import type { BankItem, RequestOf, resolveBankItem as contract } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { accounts } from '../../accounts.js';
import type { BankItemRecord, BankResolution } from '../../bank/ports.js';
import { bookResolved } from '../../journal/bank-entries.js';
import type { Books, Ports } from '../../ports.js';
import { viewItem } from '../../publishing/bank-view.js';
import { waitForDelivery } from '../close-period.js';
import { checkResolution } from './check-resolution.js';
import { returnPayment } from './return-payment.js';
import { settleByStaff } from './settle-by-staff.js';

type Request = RequestOf<typeof contract>;

/**
 * One person says what an unmatched movement is, another one approves; then the journal follows. Each step again
 * gives the same answer.
 *
 * @throws RoamgridError `not_found`; `state_conflict` for a movement that is matched or over, or that it cannot be;
 *   `four_eyes` where the same person approves
 */
export async function resolveBankItem(ports: Ports, request: Request): Promise<BankItem> {
  const item = await ports.work.run(async (books) => {
    const known = await books.bank.lockItem(request.itemId);
    if (known === null) throw new RoamgridError('not_found', 'no such movement');
    if (known.state === 'matched') {
      throw new RoamgridError('state_conflict', 'the movement is matched');
    }
    return request.step === 'propose'
      ? propose(books, known, request)
      : approve(ports, books, known, request.by);
  });
  await waitForDelivery(ports);
  return viewItem(item);
}

async function propose(
  books: Books,
  item: BankItemRecord,
  { kind, paymentId, note, by }: Extract<Request, { step: 'propose' }>,
): Promise<BankItemRecord> {
  const { resolution } = item;
  if (resolution !== null) {
    const isSame =
      resolution.kind === kind &&
      resolution.paymentId === paymentId &&
      resolution.note === note &&
      resolution.proposedBy === by;
    if (isSame) return item;
    throw new RoamgridError('state_conflict', `the movement is ${item.state}`);
  }
  const proposed: BankItemRecord = {
    ...item,
    state: 'proposed',
    resolution: { kind, paymentId, note, proposedBy: by, approvedBy: null },
  };
  await checkResolution(books, proposed);
  await books.bank.change(proposed);
  return proposed;
}

async function approve(
  ports: Ports,
  books: Books,
  item: BankItemRecord,
  by: string,
): Promise<BankItemRecord> {
  const { resolution } = item;
  if (resolution === null) {
    throw new RoamgridError('state_conflict', 'nobody has said what the movement is');
  }
  if (item.state === 'resolved') return item;
  if (resolution.proposedBy === by) {
    throw new RoamgridError('four_eyes', 'another person must approve it');
  }
  const resolved = { ...item, state: 'resolved' as const };
  const approved: BankItemRecord = { ...resolved, resolution: { ...resolution, approvedBy: by } };
  return carryOut(ports, books, approved, resolution);
}

async function carryOut(
  ports: Ports,
  books: Books,
  item: BankItemRecord,
  { kind }: BankResolution,
): Promise<BankItemRecord> {
  const basis = await checkResolution(books, item);
  const key = `bank-item:${item.itemId}:resolved`;
  switch (basis.kind) {
    case 'account': {
      const account = kind === 'fee' ? accounts.bankFees : accounts.bankSendBack;
      await books.journal.book(bookResolved(item, key, account));
      break;
    }
    case 'order': {
      const { key: orderKey, amountMinor } = basis.order;
      await books.bank.takeOrder(orderKey, item.account, item.statementId);
      await books.journal.book(bookResolved(item, key, accounts.cardClearing, amountMinor));
      break;
    }
    case 'payment':
      if (kind === 'returned') await returnPayment(ports, books, item, basis);
      else await settleByStaff(ports, books, item, basis);
      break;
  }
  const named =
    basis.kind === 'payment'
      ? {
          paymentId: basis.payment.paymentId,
          settlementId: basis.payment.settlementId,
          partner: basis.record.partner,
        }
      : {};
  const done = { ...item, ...named };
  await books.bank.change(done);
  return done;
}
