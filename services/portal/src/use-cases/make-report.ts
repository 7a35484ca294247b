import { formatInstant, parseInstant, RoamgridError } from '@roamgrid/kernel';
import type { Caller } from '../http/caller.js';
import { Table } from '../http/table.js';
import type { Portal } from '../ports.js';
import { REPORTS, type ReportName } from '../reports/all-reports.js';

export interface PeriodQuery {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface ReportQuery extends PeriodQuery {
  readonly partner?: string | undefined;
  readonly station?: string | undefined;
}

/** @throws RoamgridError `unprocessable` for a period that ends before it begins */
export function periodOf({ from, to }: PeriodQuery): {
  fromMs: number | null;
  toMs: number | null;
} {
  const fromMs = from === undefined ? null : parseInstant(from);
  const toMs = to === undefined ? null : parseInstant(to);
  if (fromMs !== null && toMs !== null && fromMs >= toMs) {
    throw new RoamgridError('unprocessable', 'the period ends before it begins', [
      { path: 'to', message: 'must be after from' },
    ]);
  }
  return { fromMs, toMs };
}

/** A report over what the services have committed up to now; a provider's own stations only. */
export async function makeReport(
  portal: Portal,
  name: ReportName,
  query: ReportQuery,
  caller: Caller,
): Promise<Table> {
  const report = REPORTS[name];
  const period = periodOf(query);
  for (const kind of ['session', 'station', 'suspense'] as const) {
    await portal.freshness.ensure(kind);
  }
  const rows = await portal.reports.run(report, {
    utility: portal.utility,
    ...period,
    partner: query.partner ?? null,
    station: query.station ?? null,
    provider: caller.provider,
  });
  return new Table(report.columns, rows, {
    name,
    from: query.from ?? null,
    to: query.to ?? null,
    madeAt: formatInstant(portal.clock.now()),
    columns: report.columns,
    items: rows,
  });
}
