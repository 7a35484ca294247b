import { auditUtility } from './audit-gateway.js';
import { DemoFault, faultLine } from './demo-fault.js';
import { DemoGateway } from './demo-gateway.js';
import { readSimulateOptions, type SimulateOptions } from './simulate-options.js';
import { compare } from './swarm/compare.js';
import { registerDrivers } from './swarm/drivers.js';
import { planSwarm } from './swarm/plan.js';
import { playSwarm } from './swarm/play.js';
import { ProgressBar } from './swarm/progress.js';
import { checkHomeBooks, readBooks, visitedBy } from './swarm/read-books.js';
import { describeResult, summarize, type SwarmResult } from './swarm/report.js';
import { registerStations } from './swarm/stations.js';
import { Timings } from './swarm/timings.js';

const tell = (line: string): void => void process.stderr.write(`${line}\n`);
const OLDEST_CHARGE_MS = 30 * 24 * 3_600_000;

async function simulate(options: SimulateOptions): Promise<SwarmResult> {
  const gateway = await DemoGateway.open(options.dataDir);
  tell(`Registering ${String(options.stations)} stations and their drivers…`);
  const stations = await registerStations(gateway, options.stations);
  const drivers = await registerDrivers(gateway, options.stations);
  const plans = planSwarm(options.stations, options.sessions, options.seed);
  const timings = new Timings();
  const bar = new ProgressBar(process.stderr, options.sessions);
  const differences: string[] = [];
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
      differences.push(`${stationId} could not go on: ${faultLine(error)}`);
    },
  });
  const durationMs = Date.now() - startMs;
  tell('Played; comparing with the books of both sides…');
  const query = {
    stationIds: new Set(stations.map(({ stationId }) => stationId)),
    sinceMs: startMs - 1_000,
    chargedSinceMs: startMs - OLDEST_CHARGE_MS,
  };
  const comparisons = [];
  for (const utility of visitedBy(records)) {
    const books = await readBooks(gateway, { ...query, utility });
    comparisons.push(
      compare(
        utility,
        records.filter(({ visited }) => visited === utility),
        books,
      ),
    );
    differences.push(...(await checkHomeBooks(gateway, query, books.cdrs)));
  }
  tell('Auditing every utility…');
  const audits = [];
  for (const utility of gateway.utilities) audits.push(await auditUtility(gateway, utility));
  return summarize({ options, records, durationMs, timings, comparisons, differences, audits });
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
