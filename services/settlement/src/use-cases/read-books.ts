import type {
  InvoiceLine,
  listInvoiceLines as linesContract,
  proveCdr as proofContract,
  readCredit as creditContract,
  readLedger as ledgerContract,
  ReplyOf,
  RequestOf,
  SignedCdr,
} from '@roamgrid/contracts';
import { formatMoney, money, RoamgridError } from '@roamgrid/kernel';
import { proveInclusion } from '@roamgrid/merkle';
import { sha256 } from '@roamgrid/platform';
import { leafOf } from '../documents/merkle.js';
import type { Ports } from '../ports.js';
import { requireInvoice } from '../publishing/invoice-view.js';

/** A CDR as it was signed; null where these books have none with this id. */
export async function readCdr(ports: Ports, cdrId: string): Promise<SignedCdr | null> {
  const record = await ports.work.run((books) => books.cdrs.find(cdrId));
  return record?.cdr ?? null;
}

/** @throws RoamgridError `malformed_request` for a cursor that is none of ours */
function positionOf(cursor: string | null): number {
  if (cursor === null) return 0;
  if (!/^\d{1,9}$/.test(cursor)) throw new RoamgridError('malformed_request', 'not a cursor');
  return Number.parseInt(cursor, 10);
}

/**
 * An invoice's lines in the order of the tree's leaves; the cursor is the next line's position.
 *
 * @throws RoamgridError `not_found`, `malformed_request`
 */
export async function listInvoiceLines(
  ports: Ports,
  { invoiceId, limit, cursor }: RequestOf<typeof linesContract>,
): Promise<{ items: InvoiceLine[]; nextCursor: string | null }> {
  const from = positionOf(cursor);
  return ports.work.run(async (books) => {
    await requireInvoice(books, invoiceId);
    const found = await books.invoices.lines(invoiceId, from, limit + 1);
    return {
      items: found.slice(0, limit).map(({ line }) => line),
      nextCursor: found.length > limit ? String(from + limit) : null,
    };
  });
}

/**
 * The Merkle proof that a CDR stands on an invoice.
 *
 * @throws RoamgridError `not_found` where it does not; `state_conflict` where not all its CDRs are held here
 */
export async function proveCdr(
  ports: Ports,
  { invoiceId, cdrId }: RequestOf<typeof proofContract>,
): Promise<ReplyOf<typeof proofContract>> {
  return ports.work.run(async (books) => {
    await requireInvoice(books, invoiceId);
    const cdrIds = (await books.invoices.allLines(invoiceId)).map(({ line }) => line.cdrId);
    const index = cdrIds.indexOf(cdrId);
    if (index < 0) throw new RoamgridError('not_found', 'the invoice has no such line');
    const held = new Map(
      (await books.cdrs.findMany(cdrIds)).map(({ cdr }) => [cdr.document.cdrId, cdr.document]),
    );
    const leaves = cdrIds.map((id) => {
      const cdr = held.get(id);
      if (cdr === undefined) throw new RoamgridError('state_conflict', `CDR ${id} is not held`);
      return leafOf(cdr);
    });
    const proof = proveInclusion(leaves, index, sha256);
    return { ...proof, path: [...proof.path] };
  });
}

/** What this utility's own part of the ledger holds. @throws LedgerError `ledger_unavailable` */
export async function readLedger(
  ports: Ports,
  businessKey: string,
): Promise<ReplyOf<typeof ledgerContract>> {
  const found = await ports.ledger.read(ports.utility, businessKey);
  if (found === null) return { record: null };
  const { kind, documentHash, txId, blockNumber, committedAt } = found;
  return { record: { businessKey, kind, documentHash, txId, blockNumber, committedAt } };
}

/** A prepaid account; null where the consumer has none. */
export async function readCredit(
  ports: Ports,
  consumerId: string,
): Promise<ReplyOf<typeof creditContract>> {
  const account = await ports.work.run((books) => books.credit.findAccount(consumerId));
  if (account === null) return { account: null };
  const { currency, balanceMinor, reservedMinor } = account;
  const text = (minor: bigint): string => formatMoney(money(currency, minor));
  return { account: { currency, balance: text(balanceMinor), reserved: text(reservedMinor) } };
}
