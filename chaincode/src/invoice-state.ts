import type { Call } from './call.js';
import { canonicalText } from './canonical.js';
import { readHash, writePrivate, type Fact } from './facts.js';
import { collectionOf, type Parties } from './parties.js';
import { Refusal } from './refusal.js';
import {
  STATE_OWNER,
  STATE_TABLE,
  STATES_FURTHEST_FIRST,
  type InvoiceState,
  type InvoiceStep,
  type RecordedState,
} from './states.js';

const markerKey = (invoiceKey: string, state: RecordedState): string => `${invoiceKey}.${state}`;

/**
 * The state an invoice is in, from the hashes of both parties' markers. All five are read, whatever the
 * first ones say: peers that read different keys would not endorse the same transaction.
 */
export async function readInvoiceState(
  call: Call,
  parties: Parties,
  invoiceKey: string,
): Promise<InvoiceState> {
  let furthest: InvoiceState = 'none';
  for (const state of STATES_FURTHEST_FIRST) {
    const hash = await readHash(call, parties[STATE_OWNER[state]], markerKey(invoiceKey, state));
    if (hash !== '' && furthest === 'none') furthest = state;
  }
  return furthest;
}

/** The state a step leads to. @throws Refusal `state_conflict` where the table has no such step */
export function stateAfter(state: InvoiceState, step: InvoiceStep): RecordedState {
  const next = STATE_TABLE[state][step];
  if (next !== undefined) return next;
  throw new Refusal('state_conflict', `${step} is not possible: the invoice is ${describe(state)}`);
}

function describe(state: InvoiceState): string {
  return state === 'none' ? 'not presented' : state;
}

/** Marks that an invoice has reached a state. A marker names the first record that led there. */
export async function markInvoiceState(
  call: Call,
  owners: readonly string[],
  invoiceKey: string,
  state: RecordedState,
  fact: Fact,
): Promise<void> {
  const marker = canonicalText({ businessKey: fact.businessKey, salt: fact.salt });
  for (const owner of owners) {
    await writePrivate(call, collectionOf(owner), markerKey(invoiceKey, state), marker);
  }
}
