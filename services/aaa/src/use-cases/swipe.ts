import { canonicalBytes } from '@roamgrid/documents';
import { maskCin, parseCin } from '@roamgrid/cin';
import { parseInstant, RoamgridError } from '@roamgrid/kernel';
import type { ReplyOf, swipe } from '@roamgrid/contracts';
import { sha256Hex } from '@roamgrid/platform';
import type { AaaParts } from '../aaa-parts.js';
import type { Station, TraceEntry, UnitOfWork } from '../ports.js';
import { NO_PROGRESS, type Session } from '../session/session.js';
import { authorize } from './authorize/authorize.js';
import type { Grant, Refusal, SwipeRequest } from './authorize/grant.js';
import { makeQuote } from './make-quote.js';
import { quoteMessage, REFUSAL_MESSAGES } from './messages-to-driver.js';

type Reply = ReplyOf<typeof swipe>;

/**
 * A driver identified at a station: authorized, priced, quoted – or refused with a reason. The frame,
 * the session and the decision are committed together before anything is answered.
 */
export function swipeWith(parts: AaaParts) {
  return async (request: SwipeRequest): Promise<Reply> => {
    const station = await stationOf(parts, request);
    const earlier = await findEarlierSwipe(parts, request);
    if (earlier !== null) return earlier;
    const session = await openSession(parts, request, station);
    await parts.store.transaction(async (unit) => {
      await unit.appendWire({
        stationId: request.stationId,
        direction: 'in',
        wire: request.wire,
        refusal: session.refusal,
      });
      await keepSwipe(unit, request);
      await unit.insertSession(session.session);
      await unit.trace(request.sessionId, session.trace);
    });
    return replyOf(parts, session.session);
  };
}

export interface OpenedSession {
  readonly session: Session;
  readonly refusal: string | null;
  readonly trace: readonly TraceEntry[];
}

/** Authorizes and prices; nothing is written yet. Also used by a start that comes without a swipe. */
export async function openSession(
  parts: AaaParts,
  request: SwipeRequest,
  station: Station,
): Promise<OpenedSession> {
  const swipedMs = parts.clock.now();
  const outcome = await authorize(parts, request, station);
  const trace = [...arrival(parts, request), ...outcome.trace];
  const session = sessionOf(parts, request, outcome, swipedMs);
  if (outcome.outcome === 'refused') return { session, refusal: outcome.reason, trace };
  const startedMs = parts.clock.now();
  const quote = await makeQuote(parts, outcome, request, station);
  return {
    session: {
      ...session,
      message: quoteMessage(quote),
      expiresMs: parseInstant(quote.document.validUntil),
      terms: { mandate: outcome.mandate, agreedTariff: outcome.agreedTariff, quote },
    },
    refusal: null,
    trace: [
      ...trace,
      {
        step: 'quote',
        occurrence: quote.document.quoteId,
        from: `${parts.utility}/aaa`,
        to: request.stationId,
        atMs: startedMs,
        durationMs: parts.clock.now() - startedMs,
        documentHash: quote.documentHash,
      },
    ],
  };
}

async function stationOf(parts: AaaParts, request: SwipeRequest): Promise<Station> {
  const station = await parts.stations.find(request.stationId);
  if (station === null) throw new RoamgridError('not_found', 'no such station');
  const { evses } = station.record.document;
  const { connectorId } = request;
  if (connectorId !== null && !evses.some((evse) => evse.connectorId === connectorId)) {
    throw new RoamgridError('unprocessable', 'the station has no such connector', [
      { path: 'connectorId', message: 'no such connector' },
    ]);
  }
  return station;
}

function arrival(parts: AaaParts, request: SwipeRequest): TraceEntry[] {
  const atMs = parseInstant(request.wire.receivedAt);
  const durationMs = Math.max(0, parts.clock.now() - atMs);
  const entry = { occurrence: request.sessionId, documentHash: null };
  return [
    { ...entry, step: 'swipe', from: request.stationId, to: 'router', atMs, durationMs },
    {
      ...entry,
      step: 'identify',
      from: 'router',
      to: `${parts.utility}/aaa`,
      atMs,
      durationMs: 0,
    },
  ];
}

function sessionOf(
  parts: AaaParts,
  request: SwipeRequest,
  outcome: Grant | Refusal,
  swipedMs: number,
): Session {
  const read = request.identity.outcome === 'read' ? request.identity : null;
  const granted = outcome.outcome === 'granted';
  return {
    sessionId: request.sessionId,
    stationId: request.stationId,
    connectorId: request.connectorId,
    state: granted ? 'quoted' : 'refused',
    homeUtility: read?.homeUtility ?? null,
    identityKey: read === null ? null : parts.identityKeyOf(read.identity),
    identityMasked: read === null ? '' : masked(read.identity),
    medium: request.medium,
    assurance: granted ? outcome.mandate.document.assurance : request.assurance,
    authorizedBy: granted ? outcome.authorizedBy : null,
    homeCalls: outcome.homeCalls,
    refusal: granted ? null : outcome.reason,
    message: granted ? '' : REFUSAL_MESSAGES[outcome.reason],
    transactionId: null,
    swipedMs,
    expiresMs: null,
    terms: null,
    progress: NO_PROGRESS,
  };
}

/** The public prefix and the last two characters; never the rest. */
function masked(identity: { kind: string; value: string }): string {
  if (identity.kind === 'cin') return maskCin(parseCin(identity.value));
  return `${identity.value.slice(0, 5)}${'•'.repeat(7)}${identity.value.slice(-2)}`;
}

function swipeHash(request: SwipeRequest): string {
  const { stationId, connectorId, identity, medium, requestedEnergyKwh } = request;
  return sha256Hex(
    canonicalBytes({ stationId, connectorId, identity, medium, requestedEnergyKwh }),
  );
}

async function keepSwipe(unit: UnitOfWork, request: SwipeRequest): Promise<void> {
  if (request.idempotencyKey === null) return;
  const { stationId, idempotencyKey, sessionId } = request;
  await unit.keepSwipe(stationId, idempotencyKey, swipeHash(request), sessionId);
}

async function findEarlierSwipe(parts: AaaParts, request: SwipeRequest): Promise<Reply | null> {
  const key = request.idempotencyKey;
  if (key === null) return null;
  const found = await parts.store.transaction((unit) => unit.findSwipe(request.stationId, key));
  if (found === null) return null;
  if (found.requestHash !== swipeHash(request)) {
    throw new RoamgridError('idempotency_conflict', 'the key was used for another swipe');
  }
  const session = await parts.store.readSession(found.sessionId);
  if (session === null) throw new RoamgridError('internal', 'a kept swipe has no session');
  return replyOf(parts, session);
}

export function replyOf(parts: AaaParts, session: Session): Reply {
  return {
    sessionId: session.sessionId,
    decision: session.refusal === null ? 'quoted' : 'refused',
    reason: session.refusal,
    message: session.message,
    authorizedBy: session.authorizedBy,
    homeUtility: session.homeUtility,
    visitedUtility: parts.utility,
    quote: session.terms?.quote ?? null,
  };
}
