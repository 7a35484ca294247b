import type {
  authenticateConsumer,
  authorizeRoaming,
  ReplyOf,
  RequestOf,
} from '@roamgrid/contracts';
import type { AaaParts } from '../aaa-parts.js';

type Request = RequestOf<typeof authorizeRoaming>;
type Reply = ReplyOf<typeof authorizeRoaming>;

export interface AuthorizeRoamingParts extends AaaParts {
  readonly authenticate: (
    request: RequestOf<typeof authenticateConsumer>,
  ) => Promise<ReplyOf<typeof authenticateConsumer>>;
}

/** Home's verdict: credentials and state from the HCP, then charges that run at other utilities. */
export function authorizeRoamingWith(parts: AuthorizeRoamingParts) {
  return async (request: Request): Promise<Reply> => {
    const { stationClass: _stationClass, sessionId, ...question } = request;
    const consumer = await parts.authenticate(question);
    const verdict = await judge(parts, consumer);
    await parts.visits.keepAuthorization({
      sessionId,
      visitedUtility: request.visitedUtility,
      consumerId: consumer.decision === 'accepted' ? consumer.consumerId : null,
      pseudonym: consumer.decision === 'accepted' ? consumer.pseudonym : null,
      decision: verdict.decision,
      reason: verdict.decision === 'refused' ? verdict.reason : null,
      atMs: parts.clock.now(),
    });
    return verdict;
  };
}

async function judge(
  parts: AaaParts,
  consumer: ReplyOf<typeof authenticateConsumer>,
): Promise<Reply> {
  if (consumer.decision === 'refused') return consumer;
  const { consumerId, pseudonym, customerClass, assurance, maxConcurrentSessions } = consumer;
  if ((await parts.visits.openVisits(consumerId)) >= maxConcurrentSessions) {
    return { decision: 'refused', reason: 'concurrent_session' };
  }
  return { decision: 'accepted', pseudonym, customerClass, assurance };
}
