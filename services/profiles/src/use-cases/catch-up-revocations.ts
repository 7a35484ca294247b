import type { SignedRevocation } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { Verifier } from '@roamgrid/platform';
import type { HeldMandateStore } from '../ports.js';

export interface CatchUpParts {
  readonly utility: string;
  readonly held: HeldMandateStore;
  readonly verifier: Verifier;
  /** asks a home for its revocations after a number */
  readonly revocationsOf: (homeUtility: string, after: number) => Promise<SignedRevocation[]>;
}

/**
 * Asks every home whose mandates are held here for what came after the last number without a gap. So a
 * revocation is in force within a minute although its message was lost, or came before an earlier one. A home
 * that is silent is asked again; what is charged in the meantime is borne as the agreement says.
 *
 * @returns how many revocations were new or came again
 */
export async function catchUpRevocations(parts: CatchUpParts): Promise<number> {
  const homes = await parts.held.revocationsHeld();
  const counts = await Promise.all(
    homes.map(async ({ homeUtility, complete }) => {
      try {
        return await catchUp(parts, homeUtility, complete);
      } catch (error) {
        if (error instanceof RoamgridError && error.next === 'retrySame') return 0;
        throw error;
      }
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

async function catchUp(
  parts: CatchUpParts,
  homeUtility: string,
  complete: number,
): Promise<number> {
  const missed = await parts.revocationsOf(homeUtility, complete);
  for (const revocation of missed) {
    if (revocation.document.visitedUtility !== parts.utility) {
      throw new RoamgridError('unprocessable', 'the revocation is for another visited utility');
    }
    await parts.verifier.verify(revocation, homeUtility, 'profiles');
    await parts.held.receiveRevocation(revocation);
  }
  return missed.length;
}
