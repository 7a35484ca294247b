import type { definePolicy, ReplyOf, RequestOf } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { negotiationPolicySchema } from '@roamgrid/negotiation';
import type { CrpParts } from './parts.js';

/** @throws RoamgridError `unprocessable`, naming each member that does not fit */
export function definePolicyWith(
  parts: Pick<CrpParts, 'policies'>,
): (request: RequestOf<typeof definePolicy>) => Promise<ReplyOf<typeof definePolicy>> {
  return async ({ side, customerClass, stationClass, reviewDate, policy }) => {
    const parsed = negotiationPolicySchema.safeParse(policy);
    if (!parsed.success) {
      throw new RoamgridError(
        'unprocessable',
        'not a negotiation policy',
        parsed.error.issues.map((issue) => ({
          path: `policy.${issue.path.join('.')}`,
          message: issue.message,
        })),
      );
    }
    if (parsed.data.side !== side) {
      throw new RoamgridError('unprocessable', 'the policy is for the other side');
    }
    const version = await parts.policies.add(
      { side, customerClass, stationClass },
      { policy: parsed.data, reviewDate },
    );
    return { version };
  };
}
