import { formatInstant, RoamgridError, type ErrorCode } from '@roamgrid/kernel';
import type { LedgerReceipt, LedgerTransactionName } from '@roamgrid/ledger';
import type { Books, Ports } from '../ports.js';
import { publishInvoice } from '../publishing/invoice-view.js';
import { publishSettlement } from '../publishing/settlement-view.js';
import { publishStep, settlementOf } from '../publishing/project.js';
import type { LedgerIntent } from '../records.js';

const FIRST_PAUSE_MS = 500;
const GREATEST_PAUSE_MS = 60_000;
const DOUBLINGS = 7;
/** a step upon an invoice may come before the other party has presented it; it does not wait for ever */
const ATTEMPTS_UPON_UNPRESENTED = 40;
const ERROR_CHARACTERS = 500;

const STEPS_UPON_INVOICE: ReadonlySet<LedgerTransactionName> = new Set([
  'verifyInvoice',
  'acceptInvoice',
  'disputeInvoice',
]);

/** How an attempt ended. */
type Outcome =
  | { readonly state: 'posted'; readonly receipt: LedgerReceipt }
  | { readonly state: 'pending' | 'unknown' | 'refused'; readonly error: string };

/** What is done about a failure: unknown stays unknown until the key was read. */
export function stateAfterFailure(
  intent: Pick<LedgerIntent, 'transaction' | 'attempts'>,
  code: ErrorCode,
  next: RoamgridError['next'],
): 'pending' | 'unknown' | 'refused' {
  const mayBeEarly =
    code === 'state_conflict' &&
    STEPS_UPON_INVOICE.has(intent.transaction.name) &&
    intent.attempts < ATTEMPTS_UPON_UNPRESENTED;
  if (mayBeEarly) return 'pending';
  switch (next) {
    case 'retrySame':
      return 'pending';
    case 'unknownOutcome':
      return 'unknown';
    case 'retryNew':
    case 'giveUp':
      return 'refused';
  }
}

/** Submits an intent, or resolves one whose outcome is unknown by reading its key first. */
async function attempt(ports: Ports, intent: LedgerIntent): Promise<Outcome> {
  const { transaction } = intent;
  try {
    if (intent.state === 'unknown') {
      const found = await ports.ledger.read(ports.utility, transaction.businessKey);
      if (found !== null) {
        const { businessKey, documentHash, txId, blockNumber, committedAt } = found;
        return documentHash === transaction.documentHash
          ? {
              state: 'posted',
              receipt: { txId, blockNumber, businessKey, documentHash, committedAt, first: false },
            }
          : { state: 'refused', error: 'another document stands under the key' };
      }
    }
    return { state: 'posted', receipt: await ports.ledger.submit(transaction) };
  } catch (error) {
    const text = String(error).slice(0, ERROR_CHARACTERS);
    if (!(error instanceof RoamgridError)) return { state: 'unknown', error: text };
    return { state: stateAfterFailure(intent, error.code, error.next), error: text };
  }
}

/** An intent tells of an invoice, or of a settlement. */
async function publishSubject(ports: Ports, books: Books, intent: LedgerIntent): Promise<void> {
  const { name } = intent.transaction;
  if (name === 'recordSettlement' || name === 'recordPayment') {
    await publishSettlement(ports, books, intent.invoiceId);
    return;
  }
  await publishInvoice(ports, books, intent.invoiceId);
}

/** One attempt on an intent; its outcome is kept, and shown where it changed something. */
export async function postIntent(ports: Ports, intent: LedgerIntent): Promise<void> {
  const startedAtMs = ports.clock.now();
  const outcome = await attempt(ports, intent);
  const { businessKey } = intent.transaction;
  const nowMs = ports.clock.now();
  await ports.work.run(async (books) => {
    if (outcome.state !== 'posted') {
      const pauseMs = FIRST_PAUSE_MS * 2 ** Math.min(intent.attempts, DOUBLINGS);
      const nextAttemptAtMs = nowMs + Math.min(pauseMs, GREATEST_PAUSE_MS);
      await books.intents.postpone(businessKey, outcome.state, outcome.error, nextAttemptAtMs);
      if (outcome.state !== intent.state) await publishSubject(ports, books, intent);
      return;
    }
    if (!(await books.intents.settle(businessKey, outcome.receipt))) return;
    await publishSubject(ports, books, intent);
    for (const { line } of await books.invoices.allLines(intent.invoiceId)) {
      publishStep(books, ports.utility, {
        sessionId: line.sessionId,
        step: 'ledger',
        occurrence: businessKey,
        from: settlementOf(ports.utility),
        to: 'ledger',
        at: formatInstant(nowMs),
        durationMs: Math.max(0, nowMs - startedAtMs),
        documentHash: intent.transaction.documentHash,
      });
    }
  });
}
