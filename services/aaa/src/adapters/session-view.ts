import { formatEnergyKwh, formatInstant } from '@roamgrid/kernel';
import { energyOf } from '../session/metering.js';
import type { Session } from '../session/session.js';

/** The view of a session that this AAA publishes: INTERFACE §6 names its members. */
export function sessionView(session: Session, utility: string): Record<string, unknown> {
  const { progress } = session;
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
    kind: session.kind,
    assurance: session.assurance,
    state: session.state,
    reason: session.refusal,
    message: session.message,
    swipedAt: formatInstant(session.swipedMs),
    startAt: progress.startAt,
    endAt: progress.endAt,
    transactionId: session.transactionId,
    ...priceView(session),
    meter: meterView(session),
    energyKwh: progress.readings.length === 0 ? null : formatEnergyKwh(energyOf(progress.readings)),
    flags: progress.flags,
  };
}

/** What was agreed, shown and consented to. */
function priceView({ terms, progress }: Session): Record<string, unknown> {
  const agreed = terms?.agreedTariff;
  const consent = progress.consent?.document;
  return {
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
      consent === undefined
        ? null
        : { at: consent.at, channel: consent.channel, quoteHash: consent.quoteHash },
  };
}

function meterView({ progress }: Session): Record<string, unknown> | null {
  const { readings, endAt } = progress;
  if (readings.length === 0) return null;
  return {
    startWh: readings.at(0)?.meterWh ?? null,
    stopWh: endAt === null ? null : (readings.at(-1)?.meterWh ?? null),
  };
}
