import type { Call } from './call.js';
import {
  isRecordedByAll,
  isRecordedByOwner,
  isRecordedExactly,
  writeFact,
  type Fact,
} from './facts.js';
import { markInvoiceState, readInvoiceState, stateAfter } from './invoice-state.js';
import { readParties, requireCaller, type Parties } from './parties.js';
import { Refusal } from './refusal.js';
import type { InvoiceStep } from './states.js';
import { INVOICE_CHECKS, recomputeInvoice } from './recompute-invoice.js';

/** What the client learns of a submission; the receipt itself is read with `readRecord`. */
export interface Outcome {
  readonly businessKey: string;
  readonly documentHash: string;
  /** false: it was recorded before, and nothing was written now */
  readonly first: boolean;
}

interface StepRule {
  readonly kind: Fact['kind'];
  /** who may submit it */
  readonly by: readonly (keyof Parties)[];
  /** in whose collections it stands, which is who must endorse it */
  readonly standsWith: readonly (keyof Parties)[];
  /**
   * Whether the invoice's hash must be the presented one. A dispute only names it, so that a debtor can
   * dispute whatever the creditor has recorded.
   */
  readonly provesInvoice: boolean;
}

const STEP_RULES: Readonly<Record<InvoiceStep, StepRule>> = {
  presentInvoice: {
    kind: 'invoice',
    by: ['creditor'],
    standsWith: ['creditor'],
    provesInvoice: false,
  },
  verifyInvoice: {
    kind: 'verification',
    by: ['creditor', 'debtor'],
    standsWith: ['creditor', 'debtor'],
    provesInvoice: true,
  },
  disputeInvoice: {
    kind: 'dispute',
    by: ['debtor'],
    standsWith: ['debtor'],
    provesInvoice: false,
  },
  acceptInvoice: {
    kind: 'acceptance',
    by: ['debtor'],
    standsWith: ['debtor'],
    provesInvoice: true,
  },
  creditInvoice: {
    kind: 'credit',
    by: ['creditor'],
    standsWith: ['creditor'],
    provesInvoice: true,
  },
};

/**
 * Records one step of an invoice, once.
 *
 * @throws Refusal `malformed_request`, `forbidden`, `ledger_conflict`, `state_conflict`,
 *   `unprocessable`, `invalid_proof`
 */
export async function recordStep(call: Call, step: InvoiceStep): Promise<Outcome> {
  const rule = STEP_RULES[step];
  const parties = readParties(call);
  requireCaller(
    call,
    rule.by.map((role) => parties[role]),
  );
  const owners = rule.standsWith.map((role) => parties[role]);
  const fact = readStepFact(call, step, parties);
  if (await isRecorded(call, owners, fact)) return outcome(fact, false);

  const invoiceKey = fact.invoiceKey ?? fact.businessKey;
  const state = await readInvoiceState(call, parties, invoiceKey);
  const reached = stateAfter(state, step);
  if (rule.provesInvoice) await requirePresented(call, parties, fact);
  if (step === 'verifyInvoice') recomputeInvoice(call, parties, fact.documentHash);

  await writeFact(call, owners, fact);
  if (reached !== state) await markInvoiceState(call, owners, invoiceKey, reached, fact);
  return outcome(fact, true);
}

function readStepFact(call: Call, step: InvoiceStep, parties: Parties): Fact {
  const isPresentation = step === 'presentInvoice';
  call.argument.requireOnly([
    'businessKey',
    'creditor',
    'debtor',
    ...(isPresentation ? [] : ['invoiceKey']),
  ]);
  const own = {
    kind: STEP_RULES[step].kind,
    businessKey: call.argument.hash('businessKey'),
    documentHash: call.transient.hash('documentHash'),
    salt: call.transient.hash('salt'),
    ...parties,
  };
  if (isPresentation) return own;
  const upon = {
    invoiceKey: call.argument.hash('invoiceKey'),
    invoiceHash: call.transient.hash('invoiceHash'),
  };
  return step === 'verifyInvoice'
    ? { ...own, ...upon, checks: INVOICE_CHECKS }
    : { ...own, ...upon };
}

function isRecorded(call: Call, owners: readonly string[], fact: Fact): Promise<boolean> {
  const [owner, ...others] = owners;
  return owner !== undefined && others.length === 0
    ? isRecordedByOwner(call, owner, fact)
    : isRecordedByAll(call, owners, fact);
}

/** Computes what the creditor must have recorded for this invoice and compares its hash. */
async function requirePresented(call: Call, parties: Parties, fact: Fact): Promise<void> {
  const presentation: Fact = {
    kind: 'invoice',
    businessKey: fact.invoiceKey ?? '',
    documentHash: fact.invoiceHash ?? '',
    salt: call.transient.hash('invoiceSalt'),
    ...parties,
  };
  if (await isRecordedExactly(call, parties.creditor, presentation)) return;
  throw new Refusal('ledger_conflict', 'the creditor has presented another invoice under this key');
}

function outcome(fact: Fact, first: boolean): Outcome {
  return { businessKey: fact.businessKey, documentHash: fact.documentHash, first };
}
