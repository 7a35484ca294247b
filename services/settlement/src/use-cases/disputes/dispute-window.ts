import { parseInstant, RoamgridError, type InstantMs } from '@roamgrid/kernel';
import type { Books, Ports } from '../../ports.js';
import { verificationKeyOf } from '../../posting/transactions.js';
import type { InvoiceRecord } from '../../records.js';
import { silenceCountsFrom, windowEndsAt } from './silence.js';

/**
 * Until when home may dispute an invoice, as far as these books know; null while no window runs.
 *
 * @param verifiedAtMs what the ledger says, where it was asked; home knows it from its own receipt
 */
export async function disputeWindowOf(
  books: Books,
  { invoice, direction }: InvoiceRecord,
  verifiedAtMs: InstantMs | null,
): Promise<InstantMs | null> {
  const { invoiceId, issuedAt } = invoice.document;
  const terms = await books.disputes.termsOf(invoiceId);
  if (terms === null) return null;
  const receipts = await books.disputes.receiptsOf(invoiceId);
  const knownAtMs =
    verifiedAtMs ?? (direction === 'received' ? await ownVerification(books, invoiceId) : null);
  return windowEndsAt(silenceCountsFrom(issuedAt, receipts, knownAtMs), terms);
}

async function ownVerification(books: Books, invoiceId: string): Promise<InstantMs | null> {
  const intents = await books.intents.ofInvoice(invoiceId);
  const verified = intents.find(({ transaction }) => transaction.name === 'verifyInvoice');
  const committedAt = verified?.receipt?.committedAt;
  return committedAt === undefined ? null : parseInstant(committedAt);
}

/** When both had endorsed an invoice; null where they have not, or the ledger is away. */
export async function verifiedAtOnLedger(
  ports: Ports,
  { invoice, partner }: InvoiceRecord,
): Promise<InstantMs | null> {
  const key = verificationKeyOf(ports.pairSecretOf(partner), invoice.document.invoiceId);
  try {
    const found = await ports.ledger.read(ports.utility, key);
    return found === null ? null : parseInstant(found.committedAt);
  } catch (error) {
    if (error instanceof RoamgridError && error.code === 'ledger_unavailable') return null;
    throw error;
  }
}
