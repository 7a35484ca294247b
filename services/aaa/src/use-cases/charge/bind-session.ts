import { parseInstant, RoamgridError, type InstantMs } from '@roamgrid/kernel';
import type { AaaParts } from '../../aaa-parts.js';
import type { Station, UnitOfWork } from '../../ports.js';
import type { Session, TransactionEvent } from '../../session/session.js';
import { CONSENT_WAITS_MS } from '../../session/session-states.js';
import type { SwipeRequest } from '../authorize/grant.js';
import { REFUSAL_MESSAGES } from '../messages-to-driver.js';
import { recogniseLate } from '../authorize/recognise-late.js';
import { recognise } from '../authorize/recognise.js';
import { openSession, type OpenedSession } from '../swipe.js';

/** The HTTP API names its session; it must be this station's and in a state that can start. */
export async function namedSession(
  unit: UnitOfWork,
  nowMs: InstantMs,
  event: TransactionEvent,
  sessionId: string,
): Promise<Session> {
  const session = await unit.sessions.lock(sessionId);
  if (session?.stationId !== event.stationId) {
    throw new RoamgridError('not_found', 'no such session');
  }
  if (session.state === 'refused') {
    throw new RoamgridError('session_refused', 'the session was refused; swipe again');
  }
  if (hasRunOut(session, nowMs) && !isLateStart(session, event)) {
    throw new RoamgridError('quote_expired', 'the quote or consent no longer holds; swipe again');
  }
  if (session.state === 'quoted') {
    throw new RoamgridError('consent_missing', 'the driver has not consented');
  }
  if (session.state === 'consented' && event.step !== 'started') {
    throw new RoamgridError('state_conflict', 'the session has not started');
  }
  return session;
}

function hasRunOut({ state, expiresMs }: Session, nowMs: InstantMs): boolean {
  if (state === 'expired' || state === 'declined') return true;
  return state === 'consented' && expiresMs !== null && expiresMs <= nowMs;
}

/** Delivered late, but begun while the consent waited for it: its energy flowed with the driver's yes. */
function isLateStart(session: Session, event: TransactionEvent): boolean {
  const consentAt = session.progress.consent?.document.at;
  if (consentAt === undefined || !event.offline || event.step !== 'started') return false;
  return parseInstant(event.at) <= parseInstant(consentAt) + CONSENT_WAITS_MS;
}

/** OCPP: the newest unexpired quote of that station and token. */
export async function quotedSession(
  parts: AaaParts,
  unit: UnitOfWork,
  event: TransactionEvent,
): Promise<Session | null> {
  if (event.identity?.outcome !== 'read') return null;
  return unit.sessions.lockNewestQuote(
    event.stationId,
    parts.identityKeyOf(event.identity.identity),
    parts.clock.now(),
  );
}

/**
 * A start without a swipe before it: authorized in line, outside any transaction; one that is told later by
 * what held when it began. The driver saw no price, so the charge goes under the price their contract agreed in advance, or not at all.
 */
export async function authorizeInLine(
  parts: AaaParts,
  event: TransactionEvent,
  station: Station,
): Promise<OpenedSession | null> {
  if (event.identity === null || event.newSessionId === null) return null;
  const request: SwipeRequest = {
    sessionId: event.newSessionId,
    stationId: event.stationId,
    connectorId: event.connectorId,
    identity: event.identity,
    medium: 'rfid',
    assurance: 'claimed',
    pin: null,
    requestedEnergyKwh: null,
    idempotencyKey: null,
    wire: event.wire,
  };
  const recognised =
    (await recogniseLate(parts, event, request, station)) ??
    (await recognise(parts, request, station));
  const opened = await openSession(parts, { request, station, recognised, ahead: null }, null);
  if (opened.session.terms === null) return opened;
  if (opened.session.terms.mandate.document.preAgreedPrice) return opened;
  return {
    ...opened,
    session: {
      ...opened.session,
      state: 'refused',
      refusal: 'tariff_unavailable',
      message: REFUSAL_MESSAGES.tariff_unavailable,
      expiresMs: null,
    },
    refusal: 'tariff_unavailable',
    unused: opened.session.terms.mandate,
  };
}
