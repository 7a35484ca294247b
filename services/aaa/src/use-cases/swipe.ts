import { canonicalBytes } from '@roamgrid/documents';
import { maskCin, parseCin } from '@roamgrid/cin';
import { parseInstant, RoamgridError } from '@roamgrid/kernel';
import type {
  RefusalReason,
  ReplyOf,
  SignedMandate,
  SignedQuote,
  swipe,
} from '@roamgrid/contracts';
import { sha256Hex } from '@roamgrid/platform';
import type { AaaParts } from '../aaa-parts.js';
import type { Station, SwipeBasis, SwipeDriver, TraceEntry } from '../ports.js';
import { NO_PROGRESS, type Session } from '../session/session.js';
import { authorize } from './authorize/authorize.js';
import {
  refuse,
  refuseGrant,
  type Grant,
  type Refusal,
  type SwipeRequest,
} from './authorize/grant.js';
import { recall } from './authorize/recall.js';
import { recognise, type Recognised } from './authorize/recognise.js';
import { giveBack, quoteUnder } from './charge/release-mandate.js';
import { noteShown, rememberShown } from './local-list/note-shown.js';
import { makeQuote } from './make-quote.js';
import { isQuoteUnder, quoteAhead } from './quote-ahead.js';
import { quoteMessage, REFUSAL_MESSAGES } from './messages-to-driver.js';

type Reply = ReplyOf<typeof swipe>;

/**
 * A driver identified at a station: authorized, priced, quoted – or refused with a reason. The frame,
 * the session and the decision are committed together before anything is answered.
 */
export function swipeWith(parts: AaaParts) {
  return async (request: SwipeRequest): Promise<Reply> => {
    const station = await stationOf(parts, request);
    const { stationId, connectorId, idempotencyKey, identity } = request;
    const identityKey = identity.outcome === 'read' ? parts.identityKeyOf(identity.identity) : null;
    const remembered = recall(parts, request, station)?.mandate ?? null;
    const driver = { identityKey, nowMs: parts.clock.now(), remembered };
    const [basis, recognised, ahead] = await Promise.all([
      parts.store.swipeBasis(stationId, connectorId, idempotencyKey, driver),
      recognise(parts, request, station),
      quoteAhead(parts, request, station),
    ]);
    if (basis.earlier !== null) return answerAgain(parts, request, basis.earlier);
    const arrived = {
      request,
      station,
      ahead,
      recognised: withStanding(recognised, driver, basis),
    };
    const kept = await openAndKeep(parts, arrived, basis.connectorHolder);
    if (kept !== null) return replyOf(parts, kept);
    // another swipe with the same key was faster
    const { earlier } = await parts.store.swipeBasis(
      stationId,
      connectorId,
      idempotencyKey,
      driver,
    );
    if (earlier === null) throw new RoamgridError('internal', 'a swipe key is taken by no swipe');
    return answerAgain(parts, request, earlier);
  };
}

/** What was read of the mandate that the driver had last time is of use where it is still the one. */
function withStanding(
  recognised: Recognised | Refusal,
  { remembered }: SwipeDriver,
  { standing }: SwipeBasis,
): Recognised | Refusal {
  if ('outcome' in recognised || recognised.known?.mandate !== remembered) return recognised;
  return { ...recognised, standing };
}

/** A driver at a station. */
export interface Arrived {
  readonly request: SwipeRequest;
  readonly station: Station;
  readonly recognised: Recognised | Refusal;
  /** made already, of use only under the mandate that it names */
  readonly ahead: SignedQuote | null;
}

/** how often home is asked anew when what it granted was taken by another swipe of the same driver */
const MOST_ATTEMPTS = 3;

/** @returns null, and nothing is written, when the swipe's key was used in the meantime */
async function openAndKeep(
  parts: AaaParts,
  arrived: Arrived,
  connectorHolder: string | null,
): Promise<Session | null> {
  const { request, station } = arrived;
  let opened = await openSession(parts, arrived, connectorHolder);
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await keepSession(parts, request, opened);
    if (outcome === 'kept') rememberShown(parts, opened.session, station);
    if (outcome !== 'mandateGone') return outcome === 'kept' ? opened.session : null;
    if (attempt === MOST_ATTEMPTS) {
      opened = withoutCredit(parts, request, opened);
      continue;
    }
    const recognised = await recognise(parts, request, station);
    opened = await openSession(
      parts,
      { request, station, recognised, ahead: null },
      connectorHolder,
    );
  }
}

/** The driver's other swipes took every mandate that home gave for this one. */
function withoutCredit(
  parts: AaaParts,
  request: SwipeRequest,
  { session, trace }: OpenedSession,
): OpenedSession {
  const refusal = refuse('credit_exhausted', session.homeCalls);
  const refused = sessionOf(parts, request, refusal, session.swipedMs);
  return { session: refused, refusal: refusal.reason, trace, unused: null };
}

export interface OpenedSession {
  readonly session: Session;
  readonly refusal: RefusalReason | null;
  readonly trace: readonly TraceEntry[];
  /** what home granted and this session does not use */
  readonly unused: SignedMandate | null;
}

/**
 * Authorizes and prices; nothing is written yet. Also used by a start that comes without a swipe, whose
 * connector is free by the fact of the start.
 */
export async function openSession(
  parts: AaaParts,
  arrived: Arrived,
  connectorHolder: string | null,
): Promise<OpenedSession> {
  const { request } = arrived;
  const swipedMs = parts.clock.now();
  const quoted = await authorizeAndQuote(parts, arrived, connectorHolder);
  const session = sessionOf(parts, request, quoted, swipedMs);
  const trace = [...arrival(parts, request), ...quoted.trace];
  if (quoted.outcome === 'granted') return { session, refusal: null, trace, unused: null };
  return { session, refusal: quoted.reason, trace, unused: quoted.unused };
}

async function authorizeAndQuote(
  parts: AaaParts,
  arrived: Arrived,
  connectorHolder: string | null,
): Promise<Quoted | Refusal> {
  const { recognised } = arrived;
  if ('outcome' in recognised) return recognised;
  const outcome = await authorize(parts, recognised, connectorHolder);
  return outcome.outcome === 'refused' ? outcome : quote(parts, outcome, arrived);
}

/** A grant with the price that the driver is shown. */
interface Quoted extends Grant {
  readonly quote: SignedQuote;
}

/** An unknown price refuses; it is never 0. */
async function quote(
  parts: AaaParts,
  grant: Grant,
  { request, station, ahead }: Arrived,
): Promise<Quoted | Refusal> {
  const startedMs = parts.clock.now();
  const { mandate } = grant;
  try {
    const made = isQuoteUnder(mandate, ahead)
      ? ahead
      : await makeQuote(parts, mandate, request, station);
    const step: TraceEntry = {
      step: 'quote',
      occurrence: made.document.quoteId,
      from: `${parts.utility}/aaa`,
      to: request.stationId,
      atMs: startedMs,
      durationMs: parts.clock.now() - startedMs,
      documentHash: made.documentHash,
    };
    return { ...grant, quote: made, trace: [...grant.trace, step] };
  } catch (error) {
    if (!(error instanceof RoamgridError) || error.code === 'internal') throw error;
    return refuseGrant('tariff_unavailable', grant);
  }
}

type Kept = 'kept' | 'keyTaken' | 'mandateGone';

/** Nothing is written, but that an unused mandate is given back, unless the session is kept. */
function keepSession(
  parts: AaaParts,
  request: SwipeRequest,
  { session, refusal, trace, unused }: OpenedSession,
): Promise<Kept> {
  const { stationId, sessionId, idempotencyKey, wire } = request;
  return parts.store.transaction(async (unit) => {
    const granted = session.terms?.mandate ?? null;
    if (granted !== null && !(await quoteUnder(parts, unit, sessionId, granted))) {
      await giveBack(parts, unit, sessionId, granted);
      return 'mandateGone';
    }
    const isFirst =
      idempotencyKey === null ||
      (await unit.sessions.keepSwipe(
        stationId,
        idempotencyKey,
        swipeHash(parts, request),
        sessionId,
      ));
    const mandate = isFirst ? unused : (granted ?? unused);
    if (mandate !== null) await giveBack(parts, unit, sessionId, mandate);
    if (!isFirst) return 'keyTaken';
    await unit.appendWire({ stationId, direction: 'in', wire, refusal });
    await unit.sessions.insert(session);
    noteShown(parts, unit, request, session);
    unit.trace(sessionId, trace);
    return 'kept';
  });
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
  outcome: Quoted | Refusal,
  swipedMs: number,
): Session {
  const read = request.identity.outcome === 'read' ? request.identity : null;
  const common = {
    sessionId: request.sessionId,
    stationId: request.stationId,
    connectorId: request.connectorId,
    // a card names no utility: its mandate does
    homeUtility: read?.homeUtility ?? homeOf(outcome),
    identityKey: read === null ? null : parts.identityKeyOf(read.identity),
    identityMasked: read === null ? '' : masked(read.identity),
    medium: request.medium,
    kind: request.kind ?? ('vehicle' as const),
    homeCalls: outcome.homeCalls,
    transactionId: null,
    swipedMs,
    progress: NO_PROGRESS,
  };
  return outcome.outcome === 'granted'
    ? { ...common, ...quotedPart(outcome) }
    : { ...common, ...refusedPart(request, outcome) };
}

function quotedPart({ mandate, agreedTariff, quote: shown, authorizedBy }: Quoted) {
  return {
    state: 'quoted' as const,
    assurance: mandate.document.assurance,
    authorizedBy,
    refusal: null,
    message: quoteMessage(shown),
    expiresMs: parseInstant(shown.document.validUntil),
    terms: { mandate, agreedTariff, quote: shown },
  };
}

function refusedPart(request: SwipeRequest, { reason }: Refusal) {
  return {
    state: 'refused' as const,
    assurance: request.assurance,
    authorizedBy: null,
    refusal: reason,
    message: REFUSAL_MESSAGES[reason],
    expiresMs: null,
    terms: null,
  };
}

function homeOf(outcome: Quoted | Refusal): string | null {
  return outcome.outcome === 'granted' ? outcome.mandate.document.homeUtility : null;
}

/** The public prefix and the last two characters; never the rest. Of a card's number no prefix is public. */
function masked(identity: { kind: string; value: string }): string {
  if (identity.kind === 'cin') return maskCin(parseCin(identity.value));
  const prefix = identity.kind === 'uid' ? '•'.repeat(5) : identity.value.slice(0, 5);
  return `${prefix}${'•'.repeat(7)}${identity.value.slice(-2)}`;
}

/** What makes two swipes the same; the number itself only as its keyed hash. */
function swipeHash(parts: AaaParts, request: SwipeRequest): string {
  const { stationId, connectorId, identity, medium, requestedEnergyKwh, kind } = request;
  const who = identity.outcome === 'read' ? parts.identityKeyOf(identity.identity) : null;
  return sha256Hex(
    canonicalBytes({
      stationId,
      connectorId,
      who,
      medium,
      requestedEnergyKwh,
      kind: kind ?? 'vehicle',
    }),
  );
}

/** The same swipe again: its frame is kept, its answer is the first's. */
async function answerAgain(
  parts: AaaParts,
  request: SwipeRequest,
  earlier: { requestHash: string; sessionId: string },
): Promise<Reply> {
  if (earlier.requestHash !== swipeHash(parts, request)) {
    throw new RoamgridError('idempotency_conflict', 'the key was used for another swipe');
  }
  const session = await parts.store.readSession(earlier.sessionId);
  if (session === null) throw new RoamgridError('internal', 'a kept swipe has no session');
  const { stationId, wire } = request;
  await parts.store.transaction((unit) =>
    unit.appendWire({ stationId, direction: 'in', wire, refusal: session.refusal }),
  );
  return replyOf(parts, session);
}

function replyOf(parts: AaaParts, session: Session): Reply {
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
