import type { publishPolicy, ReplyOf, RequestOf } from '@roamgrid/contracts';
import { formatInstant, RoamgridError } from '@roamgrid/kernel';
import { policyKeyOf } from '../decisions/policy-id.js';
import { policyProjection } from '../decisions/projections.js';
import type { StoredPolicy } from '../ports.js';
import type { CrpParts } from './parts.js';

/**
 * From now on negotiations go by it; what was agreed before stays as it is.
 *
 * @throws RoamgridError `not_found`, `immutable` when published already, `four_eyes`
 */
export function publishPolicyWith(
  parts: Pick<CrpParts, 'policies' | 'clock'>,
): (request: RequestOf<typeof publishPolicy>) => Promise<ReplyOf<typeof publishPolicy>> {
  return async ({ policyId, version, publisher }) => {
    const key = policyKeyOf(policyId);
    const found = key === null ? null : await parts.policies.find(key, version);
    if (found === null) throw new RoamgridError('not_found', 'no such policy version');
    if (found.view.state === 'published') {
      throw new RoamgridError('immutable', 'it is published already');
    }
    if (found.view.author === publisher) {
      throw new RoamgridError('four_eyes', 'the author of a policy may not publish it');
    }
    const publishedAt = formatInstant(parts.clock.now());
    const published: StoredPolicy = {
      ...found,
      view: { ...found.view, state: 'published', publisher, publishedAt },
    };
    await parts.policies.publish(published, policyProjection(published));
    return published.view;
  };
}
