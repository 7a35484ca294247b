import type { EventReply } from '../../ports.js';
import type { Session } from '../../session/session.js';

/** An answer in which nothing has happened yet; each step fills in what it knows. */
export function replyFor(session: Session | null, transactionId: string): EventReply {
  const tier = session?.terms?.mandate.document.tier;
  const priority = session?.terms?.quote.document.chargingPriority?.priority;
  return {
    ...(tier === undefined ? {} : { tier }),
    ...(priority === undefined ? {} : { chargingPriority: priority }),
    sessionId: session?.sessionId ?? null,
    transactionId,
    state: session?.state ?? 'unidentified',
    message: session?.message ?? '',
    refusal: session?.refusal ?? null,
    energyKwh: null,
    runningCost: null,
    stop: null,
    bill: null,
    quarantined: null,
  };
}
