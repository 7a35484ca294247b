import { formatMoney, parseCurrency } from '@roamgrid/kernel';
import type { AuditResult } from '../audit-gateway.js';
import type { SimulateOptions } from '../simulate-options.js';
import type { BilledSum } from './bills.js';
import type { Comparison } from './compare.js';
import type { SwarmInvoice } from './invoices.js';
import type { OwnRecord } from './own-record.js';
import type { CallTimes, Timings } from './timings.js';

export interface SwarmResult {
  readonly seed: number;
  readonly stations: number;
  /** drivers who came; of them some charged */
  readonly sessions: number;
  readonly charged: number;
  readonly durationMs: number;
  readonly sessionsPerSecond: number;
  readonly byProtocol: Readonly<Record<string, number>>;
  readonly byBehaviour: Readonly<Record<string, number>>;
  readonly refusedBecause: Readonly<Record<string, number>>;
  /** calls to stations that somebody of a utility wished for, each heard */
  readonly stationsCalled: Readonly<Record<string, number>>;
  readonly calls: Readonly<Record<string, CallTimes>>;
  readonly utilities: readonly Comparison[];
  /** periods that were closed between each pair that had charges */
  readonly invoices: readonly {
    readonly invoiceId: string;
    readonly partner: string;
    readonly lines: number;
    readonly currency: string;
    readonly totalInclTax: string;
  }[];
  /** what drivers owe by retail, re-computed from the swarm's own record, and were billed */
  readonly bills: readonly {
    readonly currency: string;
    readonly owed: string;
    readonly billed: string;
  }[];
  readonly audits: readonly AuditResult[];
  /** everything that is not as it must be; empty where all adds up */
  readonly differences: readonly string[];
  readonly addsUp: boolean;
}

function counted(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of [...values].sort()) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

function auditDifferences({ utility, checked, breaches }: AuditResult): string[] {
  const found = breaches.map(
    ({ invariant, subject, detail }) => `${utility} ${invariant} ${subject}: ${detail}`,
  );
  // an audit that looked at no entry has not shown that the journal sums to zero
  return checked['journalEntriesSumToZero'] === undefined
    ? [...found, `${utility}: the journal was not audited`]
    : found;
}

function billedText({ currency, owedMinor, billedMinor }: BilledSum): SwarmResult['bills'][number] {
  const code = parseCurrency(currency);
  const text = (minor: bigint): string => formatMoney({ currency: code, minor });
  return { currency, owed: text(owedMinor), billed: text(billedMinor) };
}

export function summarize(swarm: {
  readonly options: SimulateOptions;
  readonly records: readonly OwnRecord[];
  readonly durationMs: number;
  readonly timings: Timings;
  readonly asked: readonly string[];
  readonly comparisons: readonly Comparison[];
  readonly invoices: readonly SwarmInvoice[];
  readonly bills: readonly BilledSum[];
  readonly differences: readonly string[];
  readonly audits: readonly AuditResult[];
}): SwarmResult {
  const { options, records, durationMs, timings, comparisons, audits } = swarm;
  const differences = [
    ...comparisons.flatMap(({ utility, differences: own }) =>
      own.map((difference) => `${utility}: ${difference}`),
    ),
    ...swarm.differences,
    ...audits.flatMap(auditDifferences),
  ];
  const perSecond = (records.length * 1_000) / Math.max(1, durationMs);
  return {
    seed: options.seed,
    stations: options.stations,
    sessions: records.length,
    charged: records.filter(({ told }) => told === 'charged').length,
    durationMs,
    sessionsPerSecond: Math.round(perSecond * 10) / 10,
    byProtocol: counted(records.map(({ protocol }) => protocol)),
    byBehaviour: counted(records.map(({ behaviour }) => behaviour)),
    refusedBecause: counted(records.flatMap(({ reason }) => reason ?? [])),
    stationsCalled: counted(swarm.asked),
    calls: timings.summary(),
    utilities: comparisons,
    invoices: swarm.invoices.map(({ invoiceId, partner, lineCount, currency, totals }) => ({
      invoiceId,
      partner,
      lines: lineCount,
      currency,
      totalInclTax: formatMoney({ currency: parseCurrency(currency), minor: totals.totalInclTax }),
    })),
    bills: swarm.bills.map(billedText),
    audits,
    differences,
    addsUp: differences.length === 0,
  };
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
}

function energyRows(utilities: readonly Comparison[]): string[][] {
  return [
    ['kWh', 'metered', '= rated', '+ suspense', '+ written off', '+ still charging'],
    ...utilities.map((row) => [
      row.utility,
      row.meteredKwh,
      row.ratedKwh,
      row.suspenseKwh,
      row.writtenOffKwh,
      row.chargingKwh,
    ]),
  ];
}

function ratedRows(utilities: readonly Comparison[]): string[][] {
  return [
    ['kWh', 'rated', '= domestic', '+ invoiced', '+ open', '+ held', 'records'],
    ...utilities.map(({ utility, ratedKwh, rated, records }) => [
      utility,
      ratedKwh,
      rated.domestic,
      rated.invoiced,
      rated.open,
      rated.held,
      String(records),
    ]),
  ];
}

function callRows(calls: SwarmResult['calls']): string[][] {
  return [
    ['station call', 'count', 'p50 ms', 'p99 ms', 'max ms', 'sent again'],
    ...Object.entries(calls).map(([call, { count, p50Ms, p99Ms, maxMs, repeats }]) => [
      call,
      String(count),
      p50Ms.toFixed(1),
      p99Ms.toFixed(1),
      maxMs.toFixed(1),
      String(repeats),
    ]),
  ];
}

const listed = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${String(count)}`)
    .join(', ');

/** The swarm's outcome for people. */
export function describeResult(result: SwarmResult): string {
  const { sessions, charged, stations, durationMs, sessionsPerSecond, utilities } = result;
  const lines = result.invoices.reduce((sum, invoice) => sum + invoice.lines, 0);
  const breaches = result.audits.reduce((sum, audit) => sum + audit.breaches.length, 0);
  return [
    `${String(sessions)} sessions, ${String(charged)} charged, at ${String(stations)} stations in ${String(durationMs)} ms: ${String(sessionsPerSecond)} a second`,
    `protocols   ${listed(result.byProtocol)}`,
    `behaviours  ${listed(result.byBehaviour)}`,
    `refused     ${listed(result.refusedBecause)}`,
    `called      ${listed(result.stationsCalled)}`,
    '',
    ...table(callRows(result.calls)),
    '',
    ...table(energyRows(utilities)),
    '',
    ...table(ratedRows(utilities)),
    '',
    `${String(result.invoices.length)} periods closed, ${String(lines)} charges invoiced and accepted`,
    ...result.bills.map(
      ({ currency, owed, billed }) => `drivers owe ${owed} ${currency} by retail, billed ${billed}`,
    ),
    `audits of ${String(result.audits.length)} utilities: ${String(breaches)} breaches`,
    ...result.differences.slice(0, 50),
    result.addsUp
      ? 'All adds up: the books have what the stations metered.'
      : `The books DIFFER in ${String(result.differences.length)} places.`,
  ].join('\n');
}
