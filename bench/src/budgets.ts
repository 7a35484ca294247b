import 'reflect-metadata';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeDataDir } from '@roamgrid/persistence';
import { startGateway } from '@roamgrid/all-in-one';
import { ROUNDS, show, spreadOf, timed } from './rounds.js';

/**
 * Two budgets, absolute, as a station feels them over HTTP on one machine: a known driver's quote, and a
 * driver's first visit with the negotiation between the two utilities.
 */
const PORT = 18_470;
const CALLS = 200;
const P99 = 0.99;

/** A driver whose home has never negotiated with the station's utility for its class. */
const FIRST_VISITS = [
  { stationId: 'DUKE-CLT-001', cin: '84000195011000012374' },
  { stationId: 'ALA-BHM-001', cin: '84005416011000055516' },
  { stationId: 'GEO-ATL-001', cin: '84000195011000045645' },
  { stationId: 'NOR-TOR-001', cin: '84000195011000045645' },
  { stationId: 'DUKE-RDU-002', cin: '12400001011000000782' },
] as const;

interface Credentials {
  readonly stations: Readonly<Record<string, { readonly password: string }>>;
}

interface Swiped {
  readonly decision: string;
  readonly authorizedBy: string | null;
}

function stationCalls(baseUrl: string, { stations }: Credentials) {
  return async (stationId: string, cin: string): Promise<Swiped> => {
    const password = stations[stationId]?.password ?? '';
    const answer = await fetch(`${baseUrl}/station/v1/swipes`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${stationId}:${password}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ connectorId: 1, cin, medium: 'rfid' }),
    });
    return (await answer.json()) as Swiped;
  };
}

function p99(times: readonly number[]): number {
  const sorted = [...times].sort((left, right) => left - right);
  const value = sorted[Math.ceil(sorted.length * P99) - 1];
  if (value === undefined) throw new RangeError('nothing was measured');
  return value;
}

async function measure(swipe: ReturnType<typeof stationCalls>): Promise<void> {
  const firsts: number[] = [];
  for (const { stationId, cin } of FIRST_VISITS) {
    firsts.push(
      await timed(async () => {
        const { decision, authorizedBy } = await swipe(stationId, cin);
        if (decision !== 'quoted' || authorizedBy !== 'home') throw new Error('no first visit');
      }),
    );
  }
  const cached: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const times: number[] = [];
    for (let call = 0; call < CALLS; call += 1) {
      times.push(
        await timed(async () => {
          const { authorizedBy } = await swipe('DUKE-CLT-001', FIRST_VISITS[0].cin);
          if (authorizedBy !== 'visitingProfile') throw new Error('the visit was not cached');
        }),
      );
    }
    cached.push(p99(times));
  }
  console.log('as a station feels it, over HTTP');
  console.log(`  cached quote, p99                ${show(spreadOf(cached), 1)} ms  (wanted ≤ 50)`);
  console.log(
    `  first visit with negotiation     ${show(spreadOf(firsts), 0)} ms  (wanted ≤ 5000)`,
  );
}

const dataDir = await mkdtemp(join(tmpdir(), 'roamgrid-bench-'));
const gateway = await startGateway({
  port: PORT,
  host: '127.0.0.1',
  dataDir,
  logLevel: 'error',
  log: () => undefined,
});
try {
  const credentials = JSON.parse(
    await readFile(join(dataDir, 'demo-credentials.json'), 'utf8'),
  ) as Credentials;
  await measure(stationCalls(gateway.baseUrl, credentials));
} finally {
  await gateway.stop();
  await removeDataDir(dataDir);
}
