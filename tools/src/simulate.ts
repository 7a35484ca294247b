import { auditUtility } from './audit-gateway.js';
import { DemoFault, faultLine } from './demo-fault.js';
import { DemoGateway } from './demo-gateway.js';
import { readSimulateOptions, type SimulateOptions } from './simulate-options.js';
import { compare, type Comparison } from './swarm/compare.js';
import { registerDrivers } from './swarm/drivers.js';
import {
  checkReceived,
  closePeriods,
  compareInvoices,
  type SwarmInvoice,
} from './swarm/invoices.js';
import type { OwnRecord } from './swarm/own-record.js';
import { planSwarm } from './swarm/plan.js';
import { playSwarm } from './swarm/play.js';
import { ProgressBar } from './swarm/progress.js';
import { checkHomeBooks, readBooks, visitedBy, type BooksQuery } from './swarm/read-books.js';
import { describeResult, summarize, type SwarmResult } from './swarm/report.js';
import { registerStations } from './swarm/stations.js';
import { Timings } from './swarm/timings.js';

const tell = (line: string): void => void process.stderr.write(`${line}\n`);
const OLDEST_CHARGE_MS = 30 * 24 * 3_600_000;

interface Played {
  readonly records: readonly OwnRecord[];
  readonly timings: Timings;
  readonly query: Omit<BooksQuery, 'utility'>;
  readonly durationMs: number;
  /** stations that could not go on */
  readonly faults: readonly string[];
}

async function play(gateway: DemoGateway, options: SimulateOptions): Promise<Played> {
  tell(`Registering ${String(options.stations)} stations and their drivers…`);
  const stations = await registerStations(gateway, options.stations);
  const drivers = await registerDrivers(gateway, options.stations);
  const plans = planSwarm(options.stations, options.sessions, options.seed);
  const timings = new Timings();
  const bar = new ProgressBar(process.stderr, options.sessions);
  const faults: string[] = [];
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
  });
  const query = {
    stationIds: new Set(stations.map(({ stationId }) => stationId)),
    sinceMs: startMs - 1_000,
    chargedSinceMs: startMs - OLDEST_CHARGE_MS,
  };
  return { records, timings, query, durationMs: Date.now() - startMs, faults };
}

interface Compared {
  readonly comparisons: readonly Comparison[];
  readonly invoices: readonly SwarmInvoice[];
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
  const differences = [
    ...unlike,
    ...compareInvoices(invoices, books.cdrs).map((line) => `${utility}: ${line}`),
    ...(await checkReceived(gateway, invoices)),
  ];
  return { comparisons: [compare(utility, own, books)], invoices, differences };
}

async function simulate(options: SimulateOptions): Promise<SwarmResult> {
  const gateway = await DemoGateway.open(options.dataDir);
  const played = await play(gateway, options);
  tell('Played; closing periods and comparing the books of both sides…');
  const compared: Compared[] = [];
  for (const utility of visitedBy(played.records)) {
    compared.push(await compareUtility(gateway, utility, played));
  }
  tell('Auditing every utility…');
  const audits = [];
  for (const utility of gateway.utilities) audits.push(await auditUtility(gateway, utility));
  return summarize({
    options,
    ...played,
    comparisons: compared.flatMap(({ comparisons }) => comparisons),
    invoices: compared.flatMap(({ invoices }) => invoices),
    differences: [...played.faults, ...compared.flatMap(({ differences }) => differences)],
    audits,
  });
}

/** `npm run simulate`: a swarm against the running gateway; status 1 where its totals do not add up. */
async function main(): Promise<void> {
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
