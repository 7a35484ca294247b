import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GOLD } from '../charge.js';
import { at, list, text, type Answer, type Gateway } from '../gateway.js';

/** A process of the cluster, as `cluster.json` names it. */
export interface Listed {
  readonly name: string;
  readonly utility?: string;
  readonly pid: number;
}

/** Who runs now. */
export async function processesOf(gateway: Gateway): Promise<readonly Listed[]> {
  const file = await readFile(join(gateway.dataDir, 'cluster.json'), 'utf8');
  return list(JSON.parse(file), 'processes') as readonly Listed[];
}

/** Kills every process of that name at once, without a word. @returns their pids */
export async function killAll(gateway: Gateway, name: string): Promise<readonly number[]> {
  const victims = (await processesOf(gateway)).filter((one) => one.name === name);
  if (victims.length === 0) throw new Error(`no ${name} runs`);
  for (const { pid } of victims) process.kill(pid, 'SIGKILL');
  return victims.map(({ pid }) => pid);
}

/** A station's persistence: the same call again until it is answered as it should be. */
export async function insist(
  gateway: Gateway,
  call: () => Promise<Answer>,
  isDone: (answer: Answer) => boolean,
  what: string,
): Promise<Answer> {
  let last: Answer | undefined;
  await gateway.until(async () => {
    last = (await call().catch(() => undefined)) ?? last;
    return last !== undefined && isDone(last);
  }, what);
  if (last === undefined) throw new Error(what);
  return last;
}

export interface Insisted {
  readonly sessionId: string;
  readonly totalInclTax: string;
}

const STATION = 'DUKE-CLT-001';
const MINUTE_MS = 60_000;

const WINDOW_MINUTES = 70;
const WINDOWS = 12;

/**
 * The charge of that number, of 20 kWh in an hour, by a station that repeats what was not answered, as stations
 * do. Charges follow one another on the station's register and clock.
 *
 * @param trouble what happens between two steps: it is told which one comes next
 */
export async function chargeThrough(
  gateway: Gateway,
  number: number,
  trouble: (next: 'consent' | 'start' | 'meter' | 'stop') => Promise<void>,
): Promise<Insisted> {
  const post = (path: string, body: unknown): Promise<Answer> =>
    gateway.station(STATION, 'POST', path, body);
  const isOk = ({ status }: Answer): boolean => status === 200;
  const swipe = await insist(
    gateway,
    () => post('/swipes', { connectorId: 1, cin: GOLD, medium: 'rfid', requestedEnergyKwh: '20' }),
    ({ body }) => at(body, 'decision') === 'quoted',
    'a quote',
  );
  const sessionId = text(swipe.body, 'sessionId');
  const path = `/sessions/${sessionId}`;
  const endMs = Date.now() - (WINDOWS - number) * WINDOW_MINUTES * MINUTE_MS;
  const meterWh = (chargedWh: number): string => String(1_000 + number * 20_000 + chargedWh);
  const iso = (minutes: number): string => new Date(endMs - minutes * MINUTE_MS).toISOString();
  const say = (step: string, body: unknown): Promise<Answer> =>
    insist(gateway, () => post(`${path}/${step}`, body), isOk, step);
  await trouble('consent');
  await say('consent', { quoteHash: text(swipe.body, 'quote.hash') });
  await trouble('start');
  await say('start', { meterWh: meterWh(0), at: iso(60), offline: true });
  await trouble('meter');
  await say('meter-values', { values: [{ at: iso(30), meterWh: meterWh(10_000) }], offline: true });
  await trouble('stop');
  const stop = await say('stop', {
    meterWh: meterWh(20_000),
    at: iso(0),
    reason: 'full',
    offline: true,
  });
  return { sessionId, totalInclTax: text(stop.body, 'bill.totalInclTax') };
}

/** Both books know each charge once, with the same hash; the period closes over all; the audit finds nothing. */
export async function booksOf(gateway: Gateway, sessions: readonly string[]): Promise<unknown> {
  const read = async (utility: string): Promise<readonly unknown[]> =>
    list((await gateway.api(utility, 'GET', '/cdrs?limit=500')).body, 'items');
  await gateway.until(async () => {
    const home = await read('alabama-power');
    return home.filter((cdr) => at(cdr, 'state') === 'accepted').length === sessions.length;
  }, 'home has accepted every charge');
  const [visited, home] = [await read('duke-energy'), await read('alabama-power')];
  const hashes = (cdrs: readonly unknown[]): string[] =>
    cdrs.map((cdr) => text(cdr, 'documentHash')).sort();
  const invoice = await gateway.api('duke-energy', 'POST', '/billing-periods', {
    partner: 'alabama-power',
    from: new Date(Date.now() - 86_400_000).toISOString(),
    to: new Date().toISOString(),
  });
  return {
    sessions: visited.map((cdr) => text(cdr, 'document.sessionId')).sort(),
    sameHashes: JSON.stringify(hashes(visited)) === JSON.stringify(hashes(home)),
    lineCount: at(invoice.body, 'document.lineCount'),
    breaches: [
      await breachesOf(gateway, 'duke-energy'),
      await breachesOf(gateway, 'alabama-power'),
    ],
  };
}

async function breachesOf(gateway: Gateway, utility: string): Promise<readonly unknown[]> {
  const started = await gateway.api(utility, 'POST', '/audit', {});
  const path = `/audit/${text(started.body, 'auditId')}`;
  let audit: Answer | undefined;
  await gateway.until(async () => {
    audit = await gateway.api(utility, 'GET', path);
    return at(audit.body, 'state') === 'done';
  }, `the audit of ${utility} is done`);
  return list(audit?.body, 'breaches');
}
