import { project, subjectOf } from '@roamgrid/contracts';
import { formatInstant } from '@roamgrid/kernel';
import type { Transaction } from '@roamgrid/persistence';
import type { Projection } from '../ports.js';

/** Puts a view for the own portal into the outbox; views of one object arrive in order. */
export async function enqueueProjection(
  tx: Transaction,
  utility: string,
  projection: Projection,
): Promise<void> {
  const { kind, id, sortAtMs, data } = projection;
  await tx.enqueue({
    to: utility,
    subject: subjectOf(project),
    key: `${kind}:${id}`,
    payload: { kind, id, facet: 'crp', sortAt: formatInstant(sortAtMs), data },
  });
}
