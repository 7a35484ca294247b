import { recallMandate } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { Bus } from '@roamgrid/messaging';
import type { VisitedUtilities } from '../ports.js';

/** A driver waits for the answer: a partner that is silent for so long keeps what it holds. */
const RECALL_TIMEOUT_MS = 2_000;

export function busVisitedUtilities(bus: Bus, utility: string): VisitedUtilities {
  return {
    async recall(visitedUtility, mandateId) {
      try {
        const reply = await bus.request(
          recallMandate,
          visitedUtility,
          { mandateId, homeUtility: utility },
          { timeoutMs: RECALL_TIMEOUT_MS },
        );
        return reply.recalled;
      } catch (error) {
        // not proven unused: the credit stays reserved until visited tells, or the mandate has run out
        if (error instanceof RoamgridError) return false;
        throw error;
      }
    },
  };
}
