import type { ReportDefinition } from './report.js';

const KWH = `coalesce(sum(energy_kwh), 0)::numeric(30, 3)::text AS "energyKwh"`;
const CHARGED = `count(*) FILTER (WHERE started_ms IS NOT NULL) AS charged`;
const REFUSED = `count(*) FILTER (WHERE state = 'refused') AS refused`;
const SECONDS = `(ended_ms - started_ms) / 1000`;

/** Who charged, in which role, with which partner. */
export const usage: ReportDefinition = {
  summary: 'Sessions, energy and wholesale amounts by role, partner and currency.',
  columns: [
    'role',
    'partner',
    'currency',
    'sessions',
    'charged',
    'refused',
    'energyKwh',
    'totalExclTax',
    'totalInclTax',
  ],
  sql: `SELECT role, partner, currency, count(*) AS sessions, ${CHARGED}, ${REFUSED}, ${KWH},
      coalesce(sum(total_excl_tax), 0)::text AS "totalExclTax",
      coalesce(sum(total_incl_tax), 0)::text AS "totalInclTax"
    FROM session GROUP BY role, partner, currency ORDER BY role, partner, currency NULLS FIRST`,
};

/** How long charges last, station by station. */
export const duration: ReportDefinition = {
  summary: 'Length of the charges at each station, in seconds.',
  columns: [
    'stationId',
    'charges',
    'totalSeconds',
    'shortestSeconds',
    'medianSeconds',
    'longestSeconds',
  ],
  sql: `SELECT station_id AS "stationId", count(*) AS charges, sum(${SECONDS})::bigint AS "totalSeconds",
      min(${SECONDS}) AS "shortestSeconds",
      percentile_disc(0.5) WITHIN GROUP (ORDER BY ${SECONDS}) AS "medianSeconds",
      max(${SECONDS}) AS "longestSeconds"
    FROM session WHERE started_ms IS NOT NULL AND ended_ms IS NOT NULL
    GROUP BY station_id ORDER BY station_id`,
};

/** How much energy, day by day (UTC) and station by station. */
export const volume: ReportDefinition = {
  summary: 'Energy delivered by day (UTC), station and currency, with its wholesale amount.',
  columns: ['day', 'stationId', 'currency', 'charges', 'energyKwh', 'totalExclTax', 'totalInclTax'],
  sql: `SELECT day, station_id AS "stationId", currency, count(*) AS charges, ${KWH},
      coalesce(sum(total_excl_tax), 0)::text AS "totalExclTax",
      coalesce(sum(total_incl_tax), 0)::text AS "totalInclTax"
    FROM session WHERE energy_kwh IS NOT NULL AND state <> 'refused'
    GROUP BY day, station_id, currency ORDER BY day, station_id, currency NULLS FIRST`,
};

/** How drivers identified themselves, were authorized and said yes. */
export const serviceTypes: ReportDefinition = {
  summary: 'Sessions by medium, assurance, who authorized them and how the driver consented.',
  columns: ['medium', 'assurance', 'authorizedBy', 'channel', 'sessions', 'charged', 'energyKwh'],
  sql: `SELECT data ->> 'medium' AS medium, data ->> 'assurance' AS assurance,
      data ->> 'authorizedBy' AS "authorizedBy", data #>> '{consent,channel}' AS channel,
      count(*) AS sessions, ${CHARGED}, ${KWH}
    FROM session GROUP BY 1, 2, 3, 4 ORDER BY sessions DESC, 1, 2, 3, 4`,
};

/** How much of what the stations could do was asked of them. */
export const capacity: ReportDefinition = {
  summary:
    'Connectors and power of each station, how long they were taken, and who found them occupied.',
  columns: [
    'stationId',
    'connectors',
    'powerW',
    'charges',
    'occupiedSeconds',
    'energyKwh',
    'foundOccupied',
    'periodSeconds',
    'occupiedPercent',
  ],
  sql: `SELECT station.id AS "stationId", evses.connectors, evses.power_w AS "powerW",
      coalesce(used.charges, 0) AS charges, coalesce(used.seconds, 0) AS "occupiedSeconds",
      coalesce(used.energy_kwh, 0)::numeric(30, 3)::text AS "energyKwh",
      coalesce(used.occupied, 0) AS "foundOccupied", period.seconds AS "periodSeconds",
      CASE WHEN period.seconds > 0 THEN round(
        coalesce(used.seconds, 0) * 100.0 / (period.seconds * evses.connectors), 1)::text END
        AS "occupiedPercent"
    FROM station
    CROSS JOIN LATERAL (SELECT count(*) AS connectors, sum((evse ->> 'powerW')::bigint)::bigint AS power_w
      FROM jsonb_array_elements(station.evses) AS evse) AS evses
    CROSS JOIN period
    LEFT JOIN (SELECT station_id, count(*) FILTER (WHERE started_ms IS NOT NULL) AS charges,
        sum(${SECONDS})::bigint AS seconds, sum(energy_kwh) AS energy_kwh,
        count(*) FILTER (WHERE data ->> 'reason' = 'connector_occupied') AS occupied
      FROM session GROUP BY station_id) AS used ON used.station_id = station.id
    ORDER BY station.id`,
};

/** Which way it goes: each day beside the seven days before it. */
export const trend: ReportDefinition = {
  summary: 'Sessions and energy by day (UTC) with the mean of the seven days up to it.',
  columns: ['day', 'sessions', 'charged', 'refused', 'energyKwh', 'meanEnergyKwh', 'changePercent'],
  sql: `SELECT day, sessions, charged, refused, energy::numeric(30, 3)::text AS "energyKwh",
      round(avg(energy) OVER week, 3)::text AS "meanEnergyKwh",
      round((energy - lag(energy) OVER days) * 100 / nullif(lag(energy) OVER days, 0), 1)::text
        AS "changePercent"
    FROM (SELECT day, count(*) AS sessions, ${CHARGED}, ${REFUSED},
        coalesce(sum(energy_kwh), 0) AS energy FROM session GROUP BY day) AS daily
    WINDOW days AS (ORDER BY day), week AS (ORDER BY day ROWS 6 PRECEDING) ORDER BY day`,
};
