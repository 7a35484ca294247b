import { formatInstant } from '@roamgrid/kernel';
import type { Session } from '../session/session.js';

/** The view of a session that this AAA publishes: INTERFACE §6 names its members. */
export function sessionView(session: Session, utility: string): Record<string, unknown> {
  const { terms, progress } = session;
  const agreed = terms?.agreedTariff;
  return {
    sessionId: session.sessionId,
    stationId: session.stationId,
    connectorId: session.connectorId,
    cinMasked: session.identityMasked,
    homeUtility: session.homeUtility,
    visitedUtility: utility,
    authorizedBy: session.authorizedBy,
    homeCalls: session.homeCalls,
    medium: session.medium,
    assurance: session.assurance,
    state: session.state,
    reason: session.refusal,
    message: session.message,
    swipedAt: formatInstant(session.swipedMs),
    startAt: progress.startAt,
    endAt: progress.endAt,
    transactionId: session.transactionId,
    mandateId: terms?.mandate.document.mandateId ?? null,
    agreedTariff:
      agreed === undefined
        ? null
        : {
            id: agreed.document.agreedTariffId,
            version: agreed.document.version,
            hash: agreed.documentHash,
          },
    negotiationId: agreed?.document.negotiationId ?? null,
    quote: terms?.quote ?? null,
    consent:
      progress.consent === null
        ? null
        : {
            at: progress.consent.document.at,
            channel: progress.consent.document.channel,
            quoteHash: progress.consent.document.quoteHash,
          },
    meter:
      progress.readings.length === 0
        ? null
        : {
            startWh: progress.readings.at(0)?.meterWh ?? null,
            stopWh: progress.endAt === null ? null : (progress.readings.at(-1)?.meterWh ?? null),
          },
    flags: progress.flags,
  };
}
