import type { Database } from '@roamgrid/persistence';
import type { ReportStore } from '../ports.js';
import type { ReportDefinition, ReportFilter, ReportRow } from '../reports/report.js';

/** $1 utility, $2 from, $3 to, $4 partner, $5 station, $6 provider */
const OWN_STATIONS = `station AS (
  SELECT id, data #> '{document,evses}' AS evses, coalesce(data ->> 'provider', data #>> '{document,provider}') AS provider
    FROM view_items WHERE kind = 'station' AND ($5::text IS NULL OR id = $5)
      AND ($6::text IS NULL OR coalesce(data ->> 'provider', data #>> '{document,provider}') = $6))`;

const IN_PERIOD = `($2::bigint IS NULL OR sort_at_ms >= $2) AND ($3::bigint IS NULL OR sort_at_ms < $3)
  AND ($5::text IS NULL OR data ->> 'stationId' = $5)
  AND ($6::text IS NULL OR data ->> 'stationId' IN (SELECT id FROM station))`;

const MS_OF = (member: string): string =>
  `(extract(epoch FROM (item.data ->> '${member}')::timestamptz) * 1000)::bigint`;

/**
 * Every session of the period with its record: `role` home, visited or domestic; `partner` the other
 * utility; times in milliseconds; energies and amounts exact.
 */
const SESSIONS = `session AS (
  SELECT item.id, item.sort_at_ms AS at_ms, item.data,
      to_char(to_timestamp(item.sort_at_ms / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day,
      item.data ->> 'stationId' AS station_id, item.data ->> 'state' AS state,
      item.data ->> 'homeUtility' AS home,
      CASE WHEN item.data ->> 'homeUtility' = item.data ->> 'visitedUtility' THEN 'domestic'
           WHEN item.data ->> 'visitedUtility' = $1 THEN 'visited' ELSE 'home' END AS role,
      CASE WHEN item.data ->> 'visitedUtility' = $1 THEN item.data ->> 'homeUtility'
           ELSE item.data ->> 'visitedUtility' END AS partner,
      ${MS_OF('startAt')} AS started_ms, ${MS_OF('endAt')} AS ended_ms,
      (coalesce(cdr.data #>> '{document,energyKwh}', item.data ->> 'energyKwh'))::numeric AS energy_kwh,
      (cdr.data #>> '{document,energyKwh}')::numeric AS cdr_energy_kwh,
      ((item.data #>> '{meter,stopWh}')::numeric - (item.data #>> '{meter,startWh}')::numeric) / 1000 AS register_kwh,
      (extract(epoch FROM (cdr.data #>> '{document,issuedAt}')::timestamptz) * 1000)::bigint AS cdr_issued_ms,
      cdr.data ->> 'state' AS cdr_state, cdr.data #>> '{document,currency}' AS currency,
      cdr.data #>> '{document,pseudonym}' AS pseudonym,
      (cdr.data #>> '{document,totalExclTax}')::numeric AS total_excl_tax,
      (cdr.data #>> '{document,totalInclTax}')::numeric AS total_incl_tax,
      (SELECT sum((line ->> 'amount')::numeric)
         FROM jsonb_array_elements(cdr.data #> '{document,lines}') AS line) AS lines_total
    FROM (SELECT * FROM view_items WHERE kind = 'session' AND ${IN_PERIOD}) AS item
    LEFT JOIN view_items AS cdr ON cdr.kind = 'cdr' AND cdr.id = item.data ->> 'cdrId'
   WHERE $4::text IS NULL OR item.data ->> 'homeUtility' = $4 OR item.data ->> 'visitedUtility' = $4)`;

const SUSPENSE = `suspense AS (
  SELECT id, sort_at_ms AS at_ms, data, data ->> 'stationId' AS station_id
    FROM view_items WHERE kind = 'suspense' AND ${IN_PERIOD} AND ($4::text IS NULL
      OR data ->> 'sessionId' IN (SELECT id FROM session)))`;

/** From the first to the last instant asked for, or that anything happened. */
const PERIOD = `period AS (
  SELECT greatest(0, (coalesce($3::bigint, max(greatest(at_ms, ended_ms)))
      - coalesce($2::bigint, min(least(at_ms, started_ms)))) / 1000) AS seconds FROM session)`;

/** bigint columns are counts and seconds: they come as numbers */
function toRow(row: Readonly<Record<string, unknown>>): ReportRow {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      typeof value === 'bigint' ? Number(value) : (value as string | number | null),
    ]),
  );
}

/** Reports over the read model: one pass over the sessions, and nothing kept. */
export class PostgresReports implements ReportStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async run(report: ReportDefinition, filter: ReportFilter): Promise<ReportRow[]> {
    const { utility, fromMs, toMs, partner, station, provider } = filter;
    const relations = [OWN_STATIONS, SESSIONS, SUSPENSE, PERIOD].join(', ');
    const rows = await this.#database.query(
      `WITH ${relations}, asked AS (SELECT $1::text, $2::bigint, $3::bigint, $4::text, $5::text, $6::text)
       ${report.sql}`,
      [utility, fromMs, toMs, partner, station, provider],
    );
    return rows.map(toRow);
  }
}
