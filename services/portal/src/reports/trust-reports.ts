import type { ReportDefinition } from './report.js';

const INSTANT = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;
const instant = (ms: string): string =>
  `to_char(to_timestamp(${ms} / 1000.0) AT TIME ZONE 'UTC', ${INSTANT})`;
const SPAN = `${instant('min(at_ms)')} AS "firstAt", ${instant('max(at_ms)')} AS "lastAt"`;

/** Who was turned away, where and why. */
export const failedAttempts: ReportDefinition = {
  summary: 'Refused attempts by reason, station and home utility.',
  columns: ['reason', 'stationId', 'homeUtility', 'attempts', 'firstAt', 'lastAt'],
  sql: `SELECT data ->> 'reason' AS reason, station_id AS "stationId", home AS "homeUtility",
      count(*) AS attempts, ${SPAN}
    FROM session WHERE state = 'refused'
    GROUP BY 1, 2, 3 ORDER BY attempts DESC, 1, 2, 3`,
};

/** Do the records say what was metered, and does the other side agree? */
export const accuracy: ReportDefinition = {
  summary: 'What was checked of the charges, and how many differ.',
  columns: ['check', 'meaning', 'checked', 'differing'],
  sql: `SELECT checks."check", checks.meaning, checks.checked, checks.differing FROM (
      SELECT 1 AS place, 'energyAsMetered' AS "check", 'the record has the energy of its registers' AS meaning,
        count(*) AS checked, count(*) FILTER (WHERE cdr_energy_kwh <> register_kwh) AS differing
      FROM session WHERE cdr_energy_kwh IS NOT NULL AND register_kwh IS NOT NULL
      UNION ALL SELECT 2, 'linesSumToTotal', 'the lines of the record sum to its total',
        count(*), count(*) FILTER (WHERE lines_total <> total_excl_tax)
      FROM session WHERE total_excl_tax IS NOT NULL
      UNION ALL SELECT 3, 'acceptedByHome', 'the home utility has not objected',
        count(*), count(*) FILTER (WHERE cdr_state = 'held')
      FROM session WHERE cdr_state IS NOT NULL
      UNION ALL SELECT 4, 'toldInTime', 'nothing was delivered late',
        count(*), count(*) FILTER (WHERE data -> 'flags' ? 'offline')
      FROM session WHERE started_ms IS NOT NULL
      UNION ALL SELECT 5, 'meteredToTheEnd', 'the station told the last register itself',
        count(*), count(*) FILTER (WHERE data -> 'flags' ?| array['stop_register_missing', 'stop_missing'])
      FROM session WHERE started_ms IS NOT NULL
      UNION ALL SELECT 6, 'notInSuspense', 'the charge does not contradict itself',
        count(*), count(*) FILTER (WHERE state IN ('suspense', 'written_off'))
      FROM session WHERE started_ms IS NOT NULL
    ) AS checks ORDER BY place`,
};

/** Rules by which a use looks unlawful; each names what it saw. A suspicion, never a verdict. */
const SUSPICIONS: readonly string[] = [
  `SELECT 'two_places_at_once' AS rule, one.pseudonym AS subject, one.station_id AS station_id, 1::bigint AS times,
      one.started_ms AS first_ms, other.started_ms AS last_ms,
      'the same driver charged at ' || other.station_id || ' at the same time' AS reason
    FROM session AS one JOIN session AS other ON one.pseudonym = other.pseudonym
      AND one.station_id < other.station_id
      AND one.started_ms < other.ended_ms AND other.started_ms < one.ended_ms`,
  `SELECT 'card_tried_elsewhere', data ->> 'cinMasked', station_id, count(*), min(at_ms), max(at_ms),
      'refused ' || count(*) || ' times because the same consumer was charging elsewhere'
    FROM session WHERE data ->> 'reason' = 'concurrent_session' GROUP BY 2, 3`,
  `SELECT 'blocked_consumer_returns', data ->> 'cinMasked', station_id, count(*), min(at_ms), max(at_ms),
      'a blocked consumer tried ' || count(*) || ' times'
    FROM session WHERE data ->> 'reason' = 'consumer_blocked' GROUP BY 2, 3 HAVING count(*) >= 2`,
  `SELECT 'numbers_probed', station_id, station_id, count(*), min(at_ms), max(at_ms),
      count(*) || ' unreadable or unknown numbers within an hour'
    FROM session WHERE data ->> 'reason' IN ('cin_malformed', 'home_unknown', 'credential_rejected')
    GROUP BY station_id, at_ms / 3600000 HAVING count(*) >= 5`,
  `SELECT 'wrong_pin', data ->> 'cinMasked', station_id, count(*), min(at_ms), max(at_ms),
      'the credential was wrong ' || count(*) || ' times within an hour'
    FROM session WHERE data ->> 'reason' = 'credential_rejected'
    GROUP BY 2, 3, at_ms / 3600000 HAVING count(*) >= 3`,
  `SELECT 'energy_without_authorization', coalesce(data ->> 'sessionId', id), station_id, 1::bigint, at_ms, at_ms,
      'energy flowed though nobody was authorized: ' || (data ->> 'detail')
    FROM suspense WHERE data ->> 'code' IN ('energy_without_authorization', 'driver_unknown', 'start_missing')
      AND data ->> 'state' <> 'joined'`,
  `SELECT 'meter_contradicts', coalesce(data ->> 'sessionId', id), station_id, 1::bigint, at_ms, at_ms,
      'the meter contradicts itself (' || (data ->> 'code') || ')'
    FROM suspense WHERE data ->> 'code' IN ('register_falls', 'register_rollback', 'meter_rollback',
      'energy_implausible', 'sessions_overlap', 'energy_after_end', 'signature_invalid')`,
  `SELECT 'events_rewritten', coalesce(data ->> 'sessionId', id), station_id, 1::bigint, at_ms, at_ms,
      'an event was sent again with other content'
    FROM suspense WHERE data ->> 'code' IN ('conflicting_duplicate', 'conflicting_start', 'conflicting_stop')`,
];

export const unlawfulUse: ReportDefinition = {
  summary: 'Suspected unlawful use, each suspicion with its reason.',
  columns: ['rule', 'subject', 'stationId', 'times', 'firstAt', 'lastAt', 'reason'],
  sql: `SELECT rule, subject, station_id AS "stationId", times, ${instant('first_ms')} AS "firstAt",
      ${instant('last_ms')} AS "lastAt", reason
    FROM (${SUSPICIONS.join(' UNION ALL ')}) AS suspicions ORDER BY last_ms DESC, rule, subject`,
};
