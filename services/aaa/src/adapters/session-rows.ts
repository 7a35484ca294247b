import type { Session, SessionProgress, SessionTerms } from '../session/session.js';
import type { SessionState } from '../session/session-states.js';

/** The part of a session that no query asks for. */
type SessionFacts = Pick<
  Session,
  | 'identityMasked'
  | 'medium'
  | 'kind'
  | 'assurance'
  | 'authorizedBy'
  | 'homeCalls'
  | 'refusal'
  | 'message'
>;

export interface SessionRow {
  session_id: string;
  station_id: string;
  connector_id: number | null;
  state: SessionState;
  home_utility: string | null;
  identity_key: string | null;
  transaction_id: string | null;
  swiped_at: Date;
  expires_at: Date | null;
  facts: Omit<SessionFacts, 'kind'> & { kind?: SessionFacts['kind'] };
  terms: SessionTerms | null;
  progress: SessionProgress;
}

export function sessionFromRow(row: SessionRow): Session {
  return {
    sessionId: row.session_id,
    stationId: row.station_id,
    connectorId: row.connector_id,
    state: row.state,
    homeUtility: row.home_utility,
    identityKey: row.identity_key,
    transactionId: row.transaction_id,
    swipedMs: row.swiped_at.getTime(),
    expiresMs: row.expires_at === null ? null : row.expires_at.getTime(),
    terms: row.terms,
    progress: row.progress,
    ...row.facts,
    // sessions from before there were kinds were all of vehicles
    kind: row.facts.kind ?? 'vehicle',
  };
}

export function factsOf(session: Session): SessionFacts {
  const { identityMasked, medium, kind, assurance, authorizedBy, homeCalls, refusal, message } =
    session;
  return { identityMasked, medium, kind, assurance, authorizedBy, homeCalls, refusal, message };
}
