import { formatInstant } from '@roamgrid/kernel';
import { auditUtility } from './audit-gateway.js';
import { DemoFault, faultLine } from './demo-fault.js';
import { DemoGateway } from './demo-gateway.js';
import { readSimulateOptions, USAGE, type SimulateOptions } from './simulate-options.js';
import { acceptInvoices } from './swarm/accept-invoices.js';
import { compareBills, makeBills, sumBills, type BilledSum } from './swarm/bills.js';
import { compare, type Comparison } from './swarm/compare.js';
import { registerDrivers } from './swarm/drivers.js';
import {
  checkReceived,
  closePeriods,
  compareInvoices,
  type SwarmInvoice,
} from './swarm/invoices.js';
import { owedByDrivers, type Owed } from './swarm/owed.js';
import type { OwnRecord } from './swarm/own-record.js';
import { planSwarm } from './swarm/plan.js';
import { playSwarm } from './swarm/play.js';
import { ProgressBar } from './swarm/progress.js';
import { checkHomeBooks, readBooks, visitedBy, type BooksQuery } from './swarm/read-books.js';
import { describeResult, summarize, type SwarmResult } from './swarm/report.js';
import { registerStations } from './swarm/stations.js';
import { Timings } from './swarm/timings.js';
import { wantsHelp } from './wants-help.js';

const tell = (line: string): void => void process.stderr.write(`${line}\n`);
/** what a station's clock may be ahead */
const BILLED_AHEAD_MS = 60 * 60_000;
const OLDEST_CHARGE_MS = 30 * 24 * 3_600_000;

interface Played {
  readonly records: readonly OwnRecord[];
  readonly timings: Timings;
  readonly query: Omit<BooksQuery, 'utility'>;
  readonly durationMs: number;
  /** stations that could not go on, or heard something else than they were asked */
  readonly faults: readonly string[];
  /** what stations were called for, and heard */
  readonly asked: readonly string[];
}

async function play(gateway: DemoGateway, options: SimulateOptions): Promise<Played> {
  tell(`Registering ${String(options.stations)} stations and their drivers…`);
  const stations = await registerStations(gateway, options.stations);
  const drivers = await registerDrivers(gateway, options.stations);
  const plans = planSwarm(options.stations, options.sessions, options.seed);
  const timings = new Timings();
  const bar = new ProgressBar(process.stderr, options.sessions);
  const faults: string[] = [];
  const asked: string[] = [];
  const startMs = Date.now();
  const records = await playSwarm({
    gateway,
    stations,
    plans,
    drivers,
    timings,
    onPlayed: () => {
      bar.advance();
    },
    onFault: (stationId, error) => {
      faults.push(`${stationId} could not go on: ${faultLine(error)}`);
    },
    onAsked: (action) => asked.push(action),
    onDifference: (line) => {
      faults.push(line);
    },
  });
  const query = {
    stationIds: new Set(stations.map(({ stationId }) => stationId)),
    sinceMs: startMs - 1_000,
    chargedSinceMs: startMs - OLDEST_CHARGE_MS,
  };
  return { records, timings, query, durationMs: Date.now() - startMs, faults, asked };
}

interface Compared {
  readonly comparisons: readonly Comparison[];
  readonly invoices: readonly SwarmInvoice[];
  readonly owed: Owed['owed'];
  readonly differences: readonly string[];
}

/** One visited utility: its books, its invoices for the period that is closed here, and the homes'. */
async function compareUtility(
  gateway: DemoGateway,
  utility: string,
  { records, query }: Played,
): Promise<Compared> {
  const own = records.filter(({ visited }) => visited === utility);
  const rated = await readBooks(gateway, { ...query, utility });
  const unlike = await checkHomeBooks(gateway, query, rated.cdrs);
  const invoices = await closePeriods(gateway, utility, rated.cdrs);
  const invoiced = new Set(invoices.flatMap(({ lines }) => lines.map(({ cdrId }) => cdrId)));
  const books = await readBooks(gateway, { ...query, utility, invoiced });
  const { owed, differences: unpriced } = owedByDrivers(own, books);
  const differences = [
    ...unlike,
    ...compareInvoices(invoices, books.cdrs).map((line) => `${utility}: ${line}`),
    ...(await checkReceived(gateway, invoices)),
    ...(await acceptInvoices(gateway, utility, invoices)),
    ...unpriced,
  ];
  return { comparisons: [compare(utility, own, books)], invoices, owed, differences };
}

interface Billed {
  readonly sums: readonly BilledSum[];
  readonly differences: readonly string[];
}

/** As every home: bills the drivers, and holds the bills against the swarm's own record. */
async function billDrivers(gateway: DemoGateway, compared: readonly Compared[]): Promise<Billed> {
  const owed = compared.flatMap((one) => one.owed);
  const to = formatInstant(Date.now() + BILLED_AHEAD_MS);
  const homes = [...new Set(owed.map(({ home }) => home))].sort();
  const bills = [];
  for (const home of homes) bills.push(...(await makeBills(gateway, home, to)));
  return { sums: sumBills(owed, bills), differences: compareBills(owed, bills) };
}

async function simulate(options: SimulateOptions): Promise<SwarmResult> {
  const gateway = await DemoGateway.open(options.dataDir);
  const played = await play(gateway, options);
  tell('Played; closing periods and comparing the books of both sides…');
  const compared: Compared[] = [];
  for (const utility of visitedBy(played.records)) {
    compared.push(await compareUtility(gateway, utility, played));
  }
  tell('Billing the drivers…');
  const billed = await billDrivers(gateway, compared);
  tell('Auditing every utility…');
  const audits = [];
  for (const utility of gateway.utilities) audits.push(await auditUtility(gateway, utility));
  return summarize({
    options,
    ...played,
    comparisons: compared.flatMap(({ comparisons }) => comparisons),
    invoices: compared.flatMap(({ invoices }) => invoices),
    bills: billed.sums,
    differences: [
      ...played.faults,
      ...compared.flatMap(({ differences }) => differences),
      ...billed.differences,
    ],
    audits,
  });
}

/** `npm run simulate`: a swarm against the running gateway; status 1 where its totals do not add up. */
async function main(): Promise<void> {
  if (wantsHelp(process.argv.slice(2))) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const options = readSimulateOptions(process.argv.slice(2));
  const result = await simulate(options);
  process.stdout.write(`${options.isJson ? JSON.stringify(result) : describeResult(result)}\n`);
  if (!result.addsUp) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`simulate: ${faultLine(error)}\n`);
  if (!(error instanceof DemoFault) && error instanceof Error) {
    process.stderr.write(`${error.stack ?? ''}\n`);
  }
  process.exitCode = 1;
}
