import type { ReportDefinition } from './report.js';

/** Each partner as the other side of our records: does it accept, how fast, at what price? */
export const scorecards: ReportDefinition = {
  summary: 'Acceptance, delay, disputes and price of each partner, by role and currency.',
  columns: [
    'partner',
    'role',
    'currency',
    'charges',
    'accepted',
    'held',
    'acceptancePercent',
    'medianDelaySeconds',
    'invoices',
    'disputed',
    'energyKwh',
    'totalExclTax',
    'pricePerKwh',
    'unreachable',
  ],
  sql: `SELECT rated.partner, rated.role, rated.currency, rated.charges, rated.accepted, rated.held,
      round(rated.accepted * 100.0 / rated.charges, 1)::text AS "acceptancePercent",
      rated.delay AS "medianDelaySeconds",
      coalesce(invoices.invoices, 0) AS invoices, coalesce(invoices.disputed, 0) AS disputed,
      rated.energy::numeric(30, 3)::text AS "energyKwh", rated.amount::text AS "totalExclTax",
      CASE WHEN rated.energy > 0 THEN round(rated.amount / rated.energy, 6)::text END AS "pricePerKwh",
      coalesce(refusals.unreachable, 0) AS unreachable
    FROM (SELECT partner, role, currency, count(*) AS charges,
        count(*) FILTER (WHERE cdr_state = 'accepted') AS accepted,
        count(*) FILTER (WHERE cdr_state = 'held') AS held,
        percentile_disc(0.5) WITHIN GROUP (ORDER BY (cdr_issued_ms - ended_ms) / 1000) AS delay,
        sum(energy_kwh) AS energy, sum(total_excl_tax) AS amount
      FROM session WHERE currency IS NOT NULL AND role <> 'domestic'
      GROUP BY partner, role, currency) AS rated
    LEFT JOIN (SELECT data ->> 'partner' AS partner,
        CASE data ->> 'direction' WHEN 'issued' THEN 'visited' ELSE 'home' END AS role,
        coalesce(data ->> 'currency', data #>> '{invoice,document,currency}', data #>> '{document,currency}') AS currency,
        count(*) AS invoices,
        count(*) FILTER (WHERE data ->> 'state' IN ('disputed', 'credited')) AS disputed
      FROM view_items WHERE kind = 'invoice'
        AND ($2::bigint IS NULL OR sort_at_ms >= $2) AND ($3::bigint IS NULL OR sort_at_ms < $3)
      GROUP BY 1, 2, 3) AS invoices USING (partner, role, currency)
    LEFT JOIN (SELECT partner, role, count(*) AS unreachable FROM session
      WHERE data ->> 'reason' = 'home_unreachable' GROUP BY partner, role) AS refusals
      USING (partner, role)
    ORDER BY rated.partner, rated.role, rated.currency`,
};

/** What a charging-infrastructure provider is owed for its stations, charge by charge. */
export const statement: ReportDefinition = {
  summary: 'Charges at a provider’s stations with its share of the wholesale amount without tax.',
  columns: [
    'sessionId',
    'cdrId',
    'stationId',
    'startAt',
    'endAt',
    'energyKwh',
    'currency',
    'totalExclTax',
    'share',
  ],
  sql: `SELECT session.id AS "sessionId", cdr.id AS "cdrId", station_id AS "stationId",
      session.data ->> 'startAt' AS "startAt", session.data ->> 'endAt' AS "endAt",
      cdr.data #>> '{document,energyKwh}' AS "energyKwh", cdr.data #>> '{document,currency}' AS currency,
      cdr.data #>> '{document,totalExclTax}' AS "totalExclTax",
      cdr.data #>> '{shares,providerShare}' AS share
    FROM session JOIN view_items AS cdr ON cdr.kind = 'cdr' AND cdr.id = session.data ->> 'cdrId'
   WHERE cdr.data #>> '{shares,provider}' = $6 AND cdr.data ->> 'state' <> 'credited'
   ORDER BY session.at_ms, session.id`,
};
