import type { Contract } from '@roamgrid/contracts';
import { subjectOf } from '@roamgrid/contracts';
import { cell, table } from './markdown.js';

const SCOPES = { own: 'own utility', partner: 'partner' } as const;

/** docs/flow.md: each hop once, in the order in which a charge takes them. */
export function flowPage(flow: readonly Contract[]): string {
  const rows = flow.map((contract, index) => [
    String(index + 1),
    `${contract.senders.join(', ')} → ${contract.service}`,
    `[\`${subjectOf(contract)}\`](messages.md#${anchorOf(contract)})`,
    contract.kind === 'command' ? 'reply' : 'stored',
    contract.kind,
    SCOPES[contract.scope],
    cell(contract.summary),
  ]);
  return [
    '# The flow',
    'Every message between services, in the order of a charge: from the swipe to the bill, then what staff ask for. A *command* is asked and answered while its sender waits. An *event* is a fact: the sender’s outbox delivers it until the receiver has stored it, so it may arrive twice and is handled once. Scope says whether a message stays inside one utility or goes to a partner.',
    table(['#', 'from → to', 'subject', 'answer', 'kind', 'scope', 'what for'], rows),
  ].join('\n\n');
}

/** The anchor that a heading `aaa.swipe` gets. */
export function anchorOf(contract: Contract): string {
  return subjectOf(contract).replaceAll('.', '').toLowerCase();
}
