import type { Call } from './call.js';
import { isRecordedByOwner, writeFact, type Fact } from './facts.js';
import { mspOf, requireCaller } from './parties.js';
import type { Outcome } from './record-step.js';
import { Refusal } from './refusal.js';

/**
 * Records that a party holds a document of this kind with this hash: an agreement, a settlement, the
 * advice of a payment. Each party records its own; they agree where both say the same.
 *
 * @throws Refusal `malformed_request`, `forbidden`, `ledger_conflict`
 */
export async function recordHeld(
  call: Call,
  kind: Extract<Fact['kind'], 'agreement' | 'settlement' | 'payment'>,
): Promise<Outcome> {
  call.argument.requireOnly(['businessKey', 'party', 'counterparty']);
  const fact: Fact = {
    kind,
    businessKey: call.argument.hash('businessKey'),
    documentHash: call.transient.hash('documentHash'),
    salt: call.transient.hash('salt'),
    party: call.argument.text('party'),
    counterparty: call.argument.text('counterparty'),
  };
  return recordOnce(call, fact, fact.party ?? '', fact.counterparty ?? '');
}

async function recordOnce(
  call: Call,
  fact: Fact,
  party: string,
  counterparty: string,
): Promise<Outcome> {
  if (mspOf(party) === mspOf(counterparty)) {
    throw new Refusal('malformed_request', 'party and counterparty are one utility');
  }
  requireCaller(call, [party]);
  const first = !(await isRecordedByOwner(call, party, fact));
  if (first) await writeFact(call, [party], fact);
  return { businessKey: fact.businessKey, documentHash: fact.documentHash, first };
}
