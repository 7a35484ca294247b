import { formatInstant, formatMoney, parseMoney, RoamgridError } from '@roamgrid/kernel';
import type { Caller } from '../http/caller.js';
import { Table } from '../http/table.js';
import type { Portal } from '../ports.js';
import { statement } from '../reports/partner-reports.js';
import type { ReportRow } from '../reports/report.js';
import { periodOf, type PeriodQuery } from './make-report.js';

export interface StatementQuery extends PeriodQuery {
  readonly provider?: string | undefined;
}

/** A provider is itself; staff names the one it means. */
function providerOf(query: StatementQuery, caller: Caller): string {
  const provider = caller.provider ?? query.provider;
  if (provider === undefined) {
    throw new RoamgridError('malformed_request', 'which provider is meant?', [
      { path: 'provider', message: 'needed where the caller is no provider' },
    ]);
  }
  if (query.provider !== undefined && query.provider !== provider) {
    throw new RoamgridError('not_found', 'no such object');
  }
  return provider;
}

interface CurrencyTotal {
  readonly currency: string;
  readonly charges: number;
  readonly totalExclTax: string;
  readonly share: string;
}

function totalsOf(rows: readonly ReportRow[]): CurrencyTotal[] {
  const currencies = [...new Set(rows.map((row) => String(row['currency'])))].sort();
  return currencies.map((currency) => {
    const own = rows.filter((row) => row['currency'] === currency);
    const sum = (column: string): string => {
      const minors = own.map((row) => parseMoney(String(row[column]), currency));
      const minor = minors.reduce((total, one) => total + one.minor, 0n);
      return formatMoney({ ...parseMoney('0', currency), minor });
    };
    return {
      currency,
      charges: own.length,
      totalExclTax: sum('totalExclTax'),
      share: sum('share'),
    };
  });
}

/** What a charging-infrastructure provider is owed, charge by charge and in sum. @throws RoamgridError */
export async function readStatement(
  portal: Portal,
  query: StatementQuery,
  caller: Caller,
): Promise<Table> {
  const provider = providerOf(query, caller);
  const period = periodOf(query);
  for (const kind of ['session', 'station'] as const) await portal.freshness.ensure(kind);
  const rows = await portal.reports.run(statement, {
    utility: portal.utility,
    ...period,
    partner: null,
    station: null,
    provider,
  });
  return new Table(statement.columns, rows, {
    provider,
    from: query.from ?? null,
    to: query.to ?? null,
    madeAt: formatInstant(portal.clock.now()),
    totals: totalsOf(rows),
    items: rows,
  });
}
