/** Every schema of this utility's database that holds something of its own. */
const OWN_SCHEMAS = `nspname NOT IN ('public', 'information_schema') AND nspname NOT LIKE 'pg\\_%'`;

/** One invariant: how many things it was checked on, and which of them break it. */
export interface SessionCheck {
  readonly invariant: string;
  readonly detail: string;
  /** gives `checked`, a count */
  readonly count: string;
  /** gives a `subject` a breach */
  readonly breaches: string;
}

export const SESSION_CHECKS: readonly SessionCheck[] = [
  {
    invariant: 'eventsAccountedFor',
    detail: 'an event that ended a charge belongs to no session and to no suspense item',
    count: 'SELECT count(*) AS checked FROM inbox',
    breaches: `SELECT station_id || ' ' || transaction_id AS subject FROM inbox AS event
       WHERE session_id IS NULL AND event.event ->> 'step' = 'ended' AND NOT EXISTS (
         SELECT 1 FROM suspense WHERE suspense.station_id = event.station_id
            AND suspense.transaction_id = event.transaction_id)`,
  },
  {
    invariant: 'suspenseNeverLost',
    detail: 'the session is in suspense and no item says why',
    count: `SELECT count(*) AS checked FROM sessions WHERE state = 'suspense'`,
    breaches: `SELECT session_id::text AS subject FROM sessions
       WHERE state = 'suspense' AND NOT EXISTS (
         SELECT 1 FROM suspense WHERE suspense.session_id = sessions.session_id)`,
  },
  {
    invariant: 'reservationsReleased',
    detail: 'credit is reserved for a session that is over',
    count: 'SELECT count(*) AS checked FROM reservations',
    breaches: `SELECT session_id::text AS subject FROM reservations JOIN sessions USING (session_id)
       WHERE state IN ('refused', 'declined', 'expired', 'ended', 'written_off')`,
  },
  {
    invariant: 'refusalsHaveReason',
    detail: 'the session was refused and no reason is kept',
    count: `SELECT count(*) AS checked FROM sessions WHERE state = 'refused'`,
    breaches: `SELECT session_id::text AS subject FROM sessions
       WHERE state = 'refused' AND facts ->> 'refusal' IS NULL`,
  },
  {
    invariant: 'quotesExpire',
    detail: 'a quote or consent ran out more than ten minutes ago and still holds',
    count: `SELECT count(*) AS checked FROM sessions WHERE expires_at IS NOT NULL`,
    breaches: `SELECT session_id::text AS subject FROM sessions
       WHERE state IN ('quoted', 'consented') AND expires_at < now() - interval '10 minutes'`,
  },
  {
    invariant: 'registersNeverFall',
    detail: 'the meter reads less at the start than at the end of the charge before',
    count: `SELECT count(*) AS checked FROM sessions
       WHERE state = 'ended' AND progress ->> 'meterSerial' IS NOT NULL`,
    breaches: `SELECT session_id::text AS subject FROM (
         SELECT session_id, (progress -> 'readings' -> 0 ->> 'meterWh')::numeric AS start_wh,
                lag((progress -> 'readings' -> -1 ->> 'meterWh')::numeric)
                  OVER (PARTITION BY progress ->> 'meterSerial' ORDER BY started_at, ended_at) AS before_wh
           FROM sessions WHERE state = 'ended' AND progress ->> 'meterSerial' IS NOT NULL) AS metered
       WHERE start_wh < before_wh`,
  },
  {
    invariant: 'outboxEmpties',
    detail: 'a message of AAA has waited for ten minutes',
    count: 'SELECT count(*) AS checked FROM outbox',
    breaches: `SELECT to_utility || ' ' || subject || ' ' || id AS subject FROM outbox
       WHERE delivered_at IS NULL AND created_at < now() - interval '10 minutes'`,
  },
  {
    invariant: 'sequenceGapsFlagged',
    detail: 'events are missing between the first and the last, and no flag says so',
    count: `SELECT count(*) AS checked FROM sessions WHERE state = 'ended'`,
    breaches: `SELECT session_id::text AS subject FROM sessions JOIN LATERAL (
         SELECT max((event ->> 'sequenceNumber')::bigint) AS last,
                count(DISTINCT event ->> 'sequenceNumber') AS told FROM inbox
          WHERE inbox.station_id = sessions.station_id AND NOT set_aside
            AND inbox.transaction_id = sessions.transaction_id
            AND (event ->> 'sequenceNumber')::bigint >= 0) AS numbers ON true
       WHERE state = 'ended' AND told > 0 AND told <= last
         AND NOT progress::jsonb -> 'flags' ?| ARRAY['sequence_gap', 'stop_lost']`,
  },
  {
    invariant: 'revocationsInForce',
    detail: 'the driver consented more than a minute after the mandate was taken back',
    count: 'SELECT count(*) AS checked FROM mandate_use WHERE closed_at IS NOT NULL',
    breaches: `SELECT session_id::text AS subject FROM sessions JOIN mandate_use USING (mandate_id)
       WHERE (progress::jsonb #>> '{consent,document,at}')::timestamptz
               > closed_at + interval '60 seconds'`,
  },
  {
    invariant: 'commandsSentOnce',
    detail: 'one call of ours went out twice',
    count: `SELECT count(*) AS checked FROM wire_log WHERE direction = 'out' AND raw LIKE '[2,%'`,
    breaches: `SELECT message_id AS subject FROM wire_log
       WHERE direction = 'out' AND raw LIKE '[2,%' GROUP BY message_id HAVING count(*) > 1`,
  },
  {
    // each connection is a higher fencing epoch than those before it: it was let in after them
    invariant: 'oneConnectionAtATime',
    detail: 'a frame went out on a connection after the station had another',
    count: `SELECT count(*) AS checked FROM wire_log
       WHERE raw = '[connected]' AND connection_id IS NOT NULL`,
    breaches: `WITH held AS (
         SELECT station_id, connection_id,
                lead(at) OVER (PARTITION BY station_id ORDER BY at, id) AS until
           FROM wire_log WHERE raw = '[connected]' AND connection_id IS NOT NULL)
       SELECT DISTINCT station_id || ' ' || coalesce(message_id, connection_id::text) AS subject
         FROM wire_log JOIN held USING (station_id, connection_id)
        WHERE direction = 'out' AND at > until`,
  },
  {
    invariant: 'wallsHold',
    detail: 'another account may read this schema',
    count: `SELECT count(*) AS checked FROM pg_namespace WHERE ${OWN_SCHEMAS}`,
    breaches: `SELECT rolname || ' reads ' || nspname AS subject FROM pg_namespace, pg_roles
       WHERE ${OWN_SCHEMAS} AND pg_roles.oid <> nspowner AND NOT rolsuper AND NOT rolcreaterole
         AND rolname NOT LIKE 'pg\\_%' AND has_schema_privilege(pg_roles.oid, pg_namespace.oid, 'USAGE')
       ORDER BY 1`,
  },
];
