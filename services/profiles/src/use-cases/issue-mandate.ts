import type { ConsumerSettings } from '../ports.js';
import { issueByCard } from './issue-by-card.js';
import { issuePostPaid } from './issue-post-paid.js';
import { issuePrepaid } from './issue-prepaid.js';
import {
  basisOf,
  issuedBefore,
  refused,
  type Basis,
  type IssueMandateParts,
  type Reply,
  type Request,
} from './mandate-basis.js';

export type { IssueMandateParts } from './mandate-basis.js';

type Issue = (parts: IssueMandateParts, request: Request, basis: Basis) => Promise<Reply>;

/** What each payment mode wants done before its mandate is signed. */
const ISSUE: Readonly<Record<ConsumerSettings['paymentMode'], Issue>> = {
  postPaid: issuePostPaid,
  prepaid: issuePrepaid,
  creditCard: issueByCard,
  // charged at once when a session has ended: nothing is held before
  debit: issuePostPaid,
};

/**
 * Home signs a mandate. Asked again for the same session, or while an equal one is open, it gives the
 * same. A prepaid one first reserves its cap on the balance, and is good for one session.
 */
export function issueMandateWith(parts: IssueMandateParts) {
  return async (request: Request): Promise<Reply> => {
    const consumer = await parts.consumers.byPseudonym(request.pseudonym, request.visitedUtility);
    if (consumer === null) return refused('credential_rejected');
    if (consumer.state === 'blocked') return refused('consumer_blocked');
    const again = await issuedBefore(parts, request);
    if (again !== null) return again;
    const basis = await basisOf(parts, request, consumer);
    if (typeof basis === 'string') return refused(basis);
    return ISSUE[consumer.settings.paymentMode](parts, request, basis);
  };
}
