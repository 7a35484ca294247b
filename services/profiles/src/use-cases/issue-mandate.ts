import { isServed, type ConsumerSettings } from '../ports.js';
import { issueByCard } from './issue-by-card.js';
import { issuePostPaid } from './issue-post-paid.js';
import { issuePrepaid } from './issue-prepaid.js';
import {
  basisOf,
  issuedBefore,
  refused,
  type Basis,
  type Issued,
  type IssueMandateParts,
  type Reply,
  type Request,
} from './mandate-basis.js';

export type { IssueMandateParts } from './mandate-basis.js';

type Issue = (parts: IssueMandateParts, request: Request, basis: Basis) => Promise<Issued>;

/** how often a contract may be changed while a mandate is made */
const MOST_CHANGES = 3;

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
    for (let change = 0; change < MOST_CHANGES; change += 1) {
      const reply = await issueOnce(parts, request);
      if (reply !== 'changed') return reply;
    }
    return refused('credit_exhausted');
  };
}

async function issueOnce(parts: IssueMandateParts, request: Request): Promise<Issued> {
  const consumer = await parts.consumers.byPseudonym(request.pseudonym, request.visitedUtility);
  if (consumer === null) return refused('credential_rejected');
  if (!isServed(consumer)) return refused('consumer_blocked');
  const again = await issuedBefore(parts, request);
  if (again !== null) return again;
  const basis = await basisOf(parts, request, consumer);
  if (typeof basis === 'string') return refused(basis);
  return ISSUE[consumer.settings.paymentMode](parts, request, basis);
}
