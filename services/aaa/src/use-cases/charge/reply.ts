import type { EventReply } from '../../ports.js';
import type { Session } from '../../session/session.js';

/** An answer in which nothing has happened yet; each step fills in what it knows. */
export function replyFor(session: Session | null, transactionId: string): EventReply {
  const tier = session?.terms?.mandate.document.tier;
  return {
    ...(tier === undefined ? {} : { tier }),
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
