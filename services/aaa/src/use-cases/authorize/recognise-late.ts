import { parseInstant } from '@roamgrid/kernel';
import type { AaaParts } from '../../aaa-parts.js';
import type { MandateWithTariff, Station } from '../../ports.js';
import type { TransactionEvent } from '../../session/session.js';
import type { SwipeRequest } from './grant.js';
import { grantOf } from './ask-visiting-profile.js';
import type { Recognised } from './recognise.js';

/**
 * A start that the station tells later, when it let the driver charge by its own list: whoever had a mandate
 * by then charges under that one, whatever became of it since. Whether its credit is used up still counts.
 *
 * @returns null where nothing was granted here before the start
 */
export async function recogniseLate(
  parts: AaaParts,
  event: TransactionEvent,
  request: SwipeRequest,
  station: Station,
): Promise<Recognised | null> {
  if (!event.offline || request.identity.outcome !== 'read') return null;
  const { identity } = request.identity;
  const identityKey = parts.identityKeyOf(identity);
  const startMs = parseInstant(event.at);
  const granted = await parts.store.grantedBefore(identityKey, startMs);
  const entry = granted.find((candidate) => isGoodFor(candidate, station, startMs));
  if (entry === undefined) return null;
  const { homeUtility } = entry.mandate.document;
  const visitor = { sessionId: request.sessionId, identity, homeUtility, request, station };
  const { balance, openSessions } = await parts.store.standing(entry.mandate);
  return {
    visitor,
    known: grantOf(parts, entry, parts.clock.now()),
    // what ended the mandate came after this start, or was not known to the station
    standing: { balance: { ...balance, isClosed: false }, openSessions },
  };
}

/** What a station's list stands on: see decision 52. */
function isGoodFor(
  { mandate, agreedTariff }: MandateWithTariff,
  station: Station,
  startMs: number,
): boolean {
  const { notBefore, notAfter, singleSession, preAgreedPrice, offline, assurance } =
    mandate.document;
  return (
    agreedTariff.document.stationClass === station.record.document.stationClass &&
    parseInstant(notBefore) <= startMs &&
    startMs < parseInstant(notAfter) &&
    !singleSession &&
    preAgreedPrice &&
    offline === undefined &&
    assurance === 'claimed'
  );
}
