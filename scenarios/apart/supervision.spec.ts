import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALABAMA_PLAIN, GOLD } from '../charge.js';
import { at, list, Gateway } from '../gateway.js';
import { killAll, processesOf, type Listed } from './processes.js';

const HOME_AAA = { name: 'aaa', utility: 'alabama-power' } as const;
/** nobody has agreed on a price yet, so that also a rule that lets drivers charge may have none to show */
const BY_THE_RULE = [
  'refused: home_unreachable',
  'refused: tariff_unavailable',
  'quoted: offlineRule',
];
/** so often that whoever watches the log cannot miss it */
const DEATHS = 3;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

const labelOf = ({ name, utility }: Listed): string =>
  utility === undefined ? name : `${utility}/${name}`;

/** Who watches over the services apart: what is said of one that dies or is silent, and how all of it ends. */
describe('services apart, watched over', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await Gateway.start({ own: true });
  });
  afterAll(async () => {
    await gateway.dispose();
  });

  const partOf = async (name: string): Promise<unknown> => {
    const { body } = await gateway.get('/health/ready');
    return at(
      list(body, 'parts').find((part) => at(part, 'name') === name),
      'state',
    );
  };
  const isReady = async (): Promise<boolean> => (await gateway.get('/health/ready')).status === 200;
  const pidOf = async (wanted: Omit<Listed, 'pid'>): Promise<number> => {
    const found = (await processesOf(gateway)).find(
      (one) => labelOf(one) === labelOf({ ...wanted, pid: 0 }),
    );
    if (found === undefined) throw new Error(`no ${wanted.name} runs`);
    return found.pid;
  };

  it('a second cluster on the same data says so in one line and leaves the first alone', async () => {
    const before = await processesOf(gateway);
    const second = spawn(process.execPath, [resolve('services/cluster/dist/main.js')], {
      env: { ...process.env, NODE_OPTIONS: '', PORT: '1', DATA_DIR: gateway.dataDir, DEMO: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    second.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    second.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [status] = (await once(second, 'close')) as [number | null];
    expect(status).toBe(1);
    expect(said.trim().split('\n')).toEqual([
      expect.stringMatching(/^A gateway runs on .* already \(process \d+\); end it, or set/),
    ]);
    expect(await processesOf(gateway)).toEqual(before);
    expect(await isReady()).toBe(true);
  });

  it('a service that keeps dying is named, one line a death, until it stays', async () => {
    const name = 'georgia-power/crp';
    const crp = { name: 'crp', utility: 'georgia-power' };
    const linesOf = (): string[] =>
      gateway.output.split('\n').filter((line) => line.startsWith(`${name} ended`));
    for (let death = 1; death <= DEATHS; death += 1) {
      await gateway.until(
        async () => (await processesOf(gateway)).some((one) => labelOf(one) === name),
        `${name} is started again`,
      );
      process.kill(await pidOf(crp), 'SIGKILL');
      await gateway.until(() => Promise.resolve(linesOf().length === death), 'it is told');
      await gateway.until(async () => (await partOf(name)) === 'down', `${name} is shown as down`);
    }
    expect(linesOf()).toEqual(
      Array.from({ length: DEATHS }, () =>
        expect.stringMatching(/ended \(signal SIGKILL\); it is started again in \d+ ms$/),
      ),
    );
    await gateway.until(isReady, 'everything is ready again', 60_000);
  });

  it('a silent home lets its drivers charge as the agreement says or not at all, in time', async () => {
    const swipe = (cin: string) =>
      gateway.station('DUKE-CLT-001', 'POST', '/swipes', { connectorId: 1, cin, medium: 'rfid' });
    const home = await pidOf(HOME_AAA);
    process.kill(home, 'SIGSTOP');
    try {
      const startedMs = Date.now();
      const { body } = await swipe(ALABAMA_PLAIN);
      const why = at(body, 'reason') ?? at(body, 'authorizedBy');
      expect(BY_THE_RULE).toContain(`${String(at(body, 'decision'))}: ${String(why)}`);
      expect(Date.now() - startedMs).toBeLessThan(15_000);
      // home kept one driver waiting: the next one hears what the rule says at once
      const next = await swipe(GOLD);
      const whyNext = at(next.body, 'reason') ?? at(next.body, 'authorizedBy');
      expect(BY_THE_RULE).toContain(`${String(at(next.body, 'decision'))}: ${String(whyNext)}`);
      expect(Date.now() - startedMs).toBeLessThan(18_000);
    } finally {
      process.kill(home, 'SIGCONT');
    }
    await gateway.until(
      async () => at((await swipe(GOLD)).body, 'decision') === 'quoted',
      'home answers again',
    );
  });

  it('the database dies, and everything comes back by itself', async () => {
    const [killed] = await killAll(gateway, 'postgres');
    await gateway.until(
      async () =>
        (await processesOf(gateway)).some(({ name, pid }) => name === 'postgres' && pid !== killed),
      'postgres runs again',
    );
    await gateway.until(isReady, 'everything is ready again', 60_000);
  }, 150_000);

  it('a signal ends all of it, and no process stays', async () => {
    const processes = await processesOf(gateway);
    expect(processes.length).toBeGreaterThan(24);
    expect(await gateway.end()).toBe(0);
    expect(processes.filter(({ pid }) => isAlive(pid)).map(labelOf)).toEqual([]);
    await expect(processesOf(gateway)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
