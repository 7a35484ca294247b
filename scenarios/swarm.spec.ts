import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AlteringProxy } from './altering-proxy.js';
import { at, Gateway, list, shape } from './gateway.js';

/** A command of the built tree, against the gateway of a data directory; what it wrote as JSON. */
async function command(program: string, dataDir: string, args: readonly string[]) {
  return new Promise<{ status: number; result: unknown }>((done, fail) => {
    execFile(
      process.execPath,
      [resolve(`tools/dist/${program}.js`), ...args, '--json', '--data-dir', dataDir],
      { env: { ...process.env, NODE_OPTIONS: '' }, timeout: 500_000, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (stdout === '') fail(error ?? new Error(stderr));
        else done({ status: error === null ? 0 : 1, result: JSON.parse(stdout) as unknown });
      },
    );
  });
}

/** One more cent on the first line of each record of one utility's list, and nowhere else. */
function withWrongCent(path: string, text: string): string {
  if (!/\/duke-energy\/api\/v1\/cdrs\?/.test(path)) return text;
  const answer = JSON.parse(text) as { items?: { document: { lines: { amount: string }[] } }[] };
  for (const { document } of answer.items ?? []) {
    const [line] = document.lines;
    if (line === undefined) continue;
    line.amount = line.amount.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));
  }
  return JSON.stringify(answer);
}

/** One more cent on the first line of the first bill that a home makes, and on its total: the bill adds up. */
function withBillCent(path: string, text: string): string {
  if (!/\/api\/v1\/bills$/.test(path)) return text;
  interface Bill {
    document: { totalInclTax: string; lines: { totalInclTax: string }[] };
  }
  const answer = JSON.parse(text) as { items?: Bill[] };
  const document = answer.items?.find((bill) => bill.document.lines.length > 0)?.document;
  const line = document?.lines[0];
  if (document === undefined || line === undefined) return text;
  const more = (amount: string): string => {
    const cents = BigInt(amount.replace('.', '')) + 1n;
    return `${String(cents / 100n)}.${String(cents % 100n).padStart(2, '0')}`;
  };
  line.totalInclTax = more(line.totalInclTax);
  document.totalInclTax = more(document.totalInclTax);
  return JSON.stringify(answer);
}

/** Stations of every protocol with every trouble; then the books of both sides are held against them. */
describe('a swarm of stations', () => {
  let gateway: Gateway;
  const proxies: AlteringProxy[] = [];
  const folders: string[] = [];
  let baseFolder = '';

  beforeAll(async () => {
    gateway = await Gateway.start();
  });

  afterAll(async () => {
    for (const proxy of proxies) await proxy.close();
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
    await gateway.dispose();
  });

  it('is booked as it was metered, charge by charge and in sum, and invoiced', async () => {
    const { status, result } = await command('simulate', gateway.dataDir, [
      ...['--stations', '9', '--sessions', '90', '--seed', '7'],
    ]);
    expect(at(result, 'differences')).toEqual([]);
    expect([status, at(result, 'addsUp')]).toEqual([0, true]);
    // those who came between others' charges count too
    expect(at(result, 'sessions')).toBeGreaterThanOrEqual(90);
    expect(Object.keys(at(result, 'byProtocol') as object)).toHaveLength(3);
    expect(Object.keys(at(result, 'byBehaviour') as object).length).toBeGreaterThan(20);
    const utilities = list(result, 'utilities');
    expect(utilities).toHaveLength(4);
    const sum = (path: string): number =>
      utilities.reduce<number>((total, utility) => total + Number(at(utility, path)), 0);
    for (const path of ['rated.domestic', 'rated.invoiced', 'rated.open', 'suspenseKwh']) {
      expect([path, sum(path) > 0]).toEqual([path, true]);
    }
    expect(list(result, 'invoices').length).toBeGreaterThan(3);
    // what drivers owe, computed from what the stations metered, is what their homes billed
    const bills = list(result, 'bills');
    expect(bills.map((bill) => at(bill, 'currency'))).toContain('USD');
    for (const bill of bills) expect(at(bill, 'billed')).toBe(at(bill, 'owed'));
    const behaviours = at(result, 'byBehaviour');
    for (const behaviour of ['beside', 'free', 'remoteStart', 'remoteStop', 'reserved']) {
      expect([behaviour, Number(at(behaviours, behaviour)) > 0]).toEqual([behaviour, true]);
    }
  }, 520_000);

  it('breaks no invariant of anybody’s books', async () => {
    baseFolder = await mkdtemp(join(tmpdir(), 'roamgrid base '));
    folders.push(baseFolder);
    const keep = ['--keep-base', join(baseFolder, 'base.json')];
    const { result } = await command('roamgrid', gateway.dataDir, ['audit', ...keep]);
    expect(at(result, 'sound')).toBe(true);
    const utilities = list(result, 'utilities');
    expect(utilities).toHaveLength(4);
    expect(Number(at(result, 'services.up'))).toBeGreaterThan(20);
    for (const utility of utilities) {
      for (const invariant of [
        'cdrsReplay',
        'ledgerChainUnbroken',
        'wallsHold',
        'commandsSentOnce',
        'oneConnectionAtATime',
        'ledgerKeysPosted',
      ]) {
        const count = at(utility, `checked.${invariant}`);
        expect([invariant, typeof count]).toEqual([invariant, 'number']);
      }
      expect(at(utility, 'checked.cdrsReplay')).toBeGreaterThan(0);
    }
  }, 300_000);

  /** a small swarm against the gateway, seen through a glass that changes what it answers */
  async function seenThrough(alter: (path: string, text: string) => string) {
    const proxy = await AlteringProxy.open(gateway.baseUrl, alter);
    proxies.push(proxy);
    const folder = await mkdtemp(join(tmpdir(), 'roamgrid proxy '));
    folders.push(folder);
    const file = 'demo-credentials.json';
    const credentials = JSON.parse(await readFile(join(gateway.dataDir, file), 'utf8')) as Record<
      string,
      unknown
    >;
    const seen = JSON.stringify({ ...credentials, baseUrl: proxy.baseUrl });
    await writeFile(join(folder, file), seen, { mode: 0o600 });
    const { status, result } = await command('simulate', folder, [
      ...['--stations', '4', '--sessions', '16', '--seed', '3'],
    ]);
    expect([status, at(result, 'addsUp')]).toEqual([1, false]);
    const differences = list(result, 'differences').map(String);
    expect(differences.length).toBeGreaterThan(0);
    return differences;
  }

  it('names the charge where a driver is billed one cent too much', async () => {
    const differences = await seenThrough(withBillCent);
    const charge =
      /^[a-z-]+: SWARM-\S+ \w+ \S+: owed by retail \d+\.\d\d [A-Z]{3}, billed \d+\.\d\d [A-Z]{3} \(session [0-9a-f-]{36}\)$/;
    const sum = /^drivers owe \d+\.\d\d [A-Z]{3} by retail, billed \d+\.\d\d [A-Z]{3}$/;
    expect(differences.filter((one) => charge.test(one)).length).toBeGreaterThan(0);
    expect(differences.filter((one) => !charge.test(one) && !sum.test(one))).toEqual([]);
  }, 300_000);

  it('names the record where one cent is wrong', async () => {
    const differences = await seenThrough(withWrongCent);
    for (const difference of differences) {
      expect(difference).toMatch(
        /^duke-energy: CDR [0-9a-f-]+: its lines do not sum to its total$/,
      );
    }
  }, 300_000);

  // apart, each program is young when the swarm begins: its pool and its heap still grow
  const inOneProcess = shape() === 'cluster' ? it.skip : it;
  inOneProcess(
    'leaves the programs as they were: none was started again, no socket stays open',
    async () => {
      const base = ['--base', join(baseFolder, 'base.json')];
      const { result } = await command('roamgrid', gateway.dataDir, ['audit', ...base]);
      expect(list(result, 'unsteady')).toEqual([]);
      expect(list(result, 'services.down')).toEqual([]);
    },
    300_000,
  );
});
