import { formatInstant } from '@roamgrid/kernel';
import { policyProjection } from '../decisions/projections.js';
import type { CrpParts } from './parts.js';

const DATE_LENGTH = 10;

/**
 * A policy in force whose review date has passed still applies, so that no driver is turned away for an office
 * matter (decision 70); it is logged, counted and shown until another version takes its place.
 */
export function noteOverduePoliciesWith(
  parts: Pick<CrpParts, 'policies' | 'policyGauge' | 'clock' | 'log'>,
): () => Promise<void> {
  return async () => {
    const today = formatInstant(parts.clock.now()).slice(0, DATE_LENGTH);
    const overdue = await parts.policies.overdue(today);
    for (const policy of overdue) {
      if (!(await parts.policies.noteOverdue(policy, policyProjection(policy, true)))) continue;
      const { policyId, version, reviewDate } = policy.view;
      parts.log.warn({ policyId, version, reviewDate }, 'a policy in force is overdue for review');
    }
    parts.policyGauge.showOverdue(overdue.length);
  };
}
