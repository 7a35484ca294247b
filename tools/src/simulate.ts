import { DemoFault, faultLine } from './demo-fault.js';
import { DemoGateway } from './demo-gateway.js';
import { compareWithBooks, type Comparison } from './simulate-books.js';
import { readSimulateOptions, type SimulateOptions } from './simulate-options.js';
import { gatherStations } from './simulate-stations.js';
import { planSwarm, playSwarm } from './simulate-swarm.js';

interface SwarmResult {
  readonly seed: number;
  readonly stations: number;
  readonly sessions: number;
  readonly refused: number;
  readonly byProtocol: Readonly<Record<string, number>>;
  readonly durationMs: number;
  readonly utilities: readonly Comparison[];
  readonly addsUp: boolean;
}

const tell = (line: string): void => void process.stderr.write(`${line}\n`);

async function simulate(options: SimulateOptions): Promise<SwarmResult> {
  const gateway = await DemoGateway.open(options.dataDir);
  const stations = await gatherStations(gateway, options.stations);
  tell(`${String(options.sessions)} charges at ${String(stations.length)} stations…`);
  const startMs = Date.now();
  const plans = planSwarm(stations.length, options.sessions, options.seed);
  const records = await playSwarm(gateway, stations, plans);
  const durationMs = Date.now() - startMs;
  tell('Played; comparing with the books…');
  const charged = records.filter(({ name }) => name !== null);
  const visited = [...new Set(records.map((record) => record.visited))].sort();
  const utilities = await Promise.all(
    visited.map((utility) => compareWithBooks(gateway, utility, records)),
  );
  const byProtocol: Record<string, number> = {};
  for (const { protocol } of charged) byProtocol[protocol] = (byProtocol[protocol] ?? 0) + 1;
  return {
    seed: options.seed,
    stations: stations.length,
    sessions: charged.length,
    refused: records.length - charged.length,
    byProtocol,
    durationMs,
    utilities,
    addsUp: utilities.every(({ isEqual }) => isEqual),
  };
}

function describe(result: SwarmResult): string {
  const { sessions, refused, stations, durationMs, addsUp } = result;
  return [
    `${String(sessions)} charges and ${String(refused)} refusals at ${String(stations)} stations in ${String(durationMs)} ms`,
    ...Object.entries(result.byProtocol).map(([name, count]) => `  ${name}: ${String(count)}`),
    ...result.utilities.map(
      (row) =>
        `${row.utility}: delivered ${String(row.sessions)} charges, ${row.energyKwh} kWh; booked ${String(row.bookedSessions)}, ${row.bookedEnergyKwh} kWh`,
    ),
    addsUp ? 'The books have what the stations delivered.' : 'The books DIFFER.',
  ].join('\n');
}

/** `npm run simulate`: a swarm against the running gateway; status 1 where its totals do not add up. */
async function main(): Promise<void> {
  const options = readSimulateOptions(process.argv.slice(2));
  const result = await simulate(options);
  process.stdout.write(`${options.isJson ? JSON.stringify(result) : describe(result)}\n`);
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
