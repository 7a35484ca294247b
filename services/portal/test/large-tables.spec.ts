import { readdir, readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createConsumer, findConsumer, readPlan } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { CsvReader, csvLinesOf, readCsv } from '../src/http/csv-reader.js';
import { SpooledTable, SPOOL_PREFIX } from '../src/http/spooled-table.js';
import { createPortal } from '../src/portal.module.js';
import { readImport, startImport, type RowImporter } from '../src/use-cases/import-rows.js';
import { RowLanes } from '../src/use-cases/row-lanes.js';
import { portalUnderTest, UTILITY, type PortalUnderTest } from './portal-under-test.js';
import { consumerView } from './samples.js';

const HEADER = 'cin,customerClass,planId';
const cinOf = (number: number): string => `8400541601${String(number).padStart(10, '0')}`;
const tableOf = (rows: number): string =>
  [HEADER, ...Array.from({ length: rows }, (_, row) => `${cinOf(row)},residential,home`)].join(
    '\n',
  );

const spooled = (): Promise<string[]> =>
  readdir(tmpdir()).then((names) => names.filter((name) => name.startsWith(SPOOL_PREFIX)));

async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let place = 0; place < bytes.length; place += size) {
    yield await Promise.resolve(bytes.subarray(place, place + size));
  }
}

let portal: PortalUnderTest;
let known: Set<string>;

beforeAll(async () => {
  portal = await portalUnderTest();
});
afterAll(() => portal.stop());
beforeEach(() => {
  known = new Set();
  portal.services.asked.length = 0;
  const settings = { ...consumerView.settings, customerClass: 'residential' as const };
  portal.services.replies(findConsumer, ({ cin }) => ({
    consumer: known.has(cin)
      ? {
          ...consumerView,
          state: 'active' as const,
          settings: {
            ...settings,
            planId: 'home',
            tier: 'none' as const,
            paymentMode: 'postPaid' as const,
            limitEnergyKwh: '1000',
            limitAmount: '1000.00',
            maxConcurrentSessions: 1,
            preAgreedPrice: false,
          },
        }
      : null,
  }));
  portal.services.replies(readPlan, () => ({ plan: { version: 1, hash: 'a'.repeat(64) } }));
  portal.services.replies(createConsumer, ({ cin }) => {
    if (known.has(cin)) throw new RoamgridError('state_conflict', 'there already');
    known.add(cin);
    return consumerView;
  });
});

const send = (csv: string, path = '/consumers', headers: Record<string, string> = {}) =>
  portal.call('POST', path, { raw: csv, headers: { 'content-type': 'text/csv', ...headers } });

describe('a table far larger than a body may be', () => {
  it('is taken line by line, and shows how far it has come', async () => {
    const rows = 30_000;
    const before = await spooled();
    const csv = tableOf(rows);
    expect(csv.length).toBeGreaterThan(1_048_576);
    const started = await send(csv, '/consumers?dryRun=true');
    expect([started.status, started.body['rows']]).toEqual([202, rows]);
    const address = `/imports/${String(started.body['importId'])}`;
    const seen = new Set<unknown>();
    let { body } = await portal.call('GET', address);
    while (body['state'] === 'running') {
      seen.add(body['done']);
      body = (await portal.call('GET', address)).body;
    }
    expect(body).toMatchObject({ state: 'done', done: rows, created: rows, failed: 0 });
    expect(seen.size).toBeGreaterThan(1);
    expect(await spooled()).toEqual(before);
  }, 120_000);

  it('that breaks off on its way leaves nothing', async () => {
    const before = await spooled();
    const { port } = new URL(portal.origin);
    const token = await portal.sign();
    const csv = tableOf(30_000);
    const broken = httpRequest({
      port,
      method: 'POST',
      path: `/${UTILITY}/api/v1/consumers`,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'text/csv',
        'content-length': csv.length,
      },
    });
    const closed = new Promise((resolve) => broken.once('close', resolve));
    broken.on('error', () => undefined);
    broken.write(csv.slice(0, 600_000), () => broken.destroy());
    await closed;
    while ((await spooled()).length > before.length) await portal.call('GET', '/tariffs');
    expect(portal.services.requestsOf(createConsumer)).toEqual([]);
  });

  it.each([
    ['JSON', '/consumers', 'application/json', 413],
    ['a table where none is taken', '/bills', 'text/csv', 415],
  ])('is not %s', async (_what, path, type, status) => {
    const raw = 'x'.repeat(2_000_000);
    const answer = await portal.call('POST', path, { raw, headers: { 'content-type': type } });
    expect(answer.status).toBe(status);
  });

  it('is read by nobody before its sender is known', async () => {
    const before = await spooled();
    const answer = await portal.call('POST', '/consumers', {
      raw: tableOf(30_000),
      token: null,
      headers: { 'content-type': 'text/csv' },
    });
    expect(answer.status).toBe(401);
    expect(await spooled()).toEqual(before);
  });

  it('with the same line twice makes one consumer of it', async () => {
    const csv = [HEADER, ...Array.from({ length: 20 }, () => `${cinOf(7)},residential,home`)];
    const started = await send(csv.join('\n'));
    const address = `/imports/${String(started.body['importId'])}`;
    let { body } = await portal.call('GET', address);
    while (body['state'] === 'running') body = (await portal.call('GET', address)).body;
    expect(body).toMatchObject({ created: 1, unchanged: 19, failed: 0 });
  });
});

describe('an import that is cut', () => {
  /** takes lines until told to end the process, and remembers what it took */
  function importer(taken: Set<string>, after: number, cut: () => void): RowImporter {
    return {
      kind: 'cards',
      columns: ['number'],
      required: ['number'],
      keyOf: ({ number = '' }) => number,
      importRow: ({ number = '' }) => {
        if (taken.has(number)) return Promise.resolve('unchanged');
        taken.add(number);
        if (taken.size === after) cut();
        return Promise.resolve('created');
      },
    };
  }
  const numbers = ['number', ...Array.from({ length: 500 }, (_, row) => String(row))].join('\n');

  it('says so, and the same table sent again takes the rest', async () => {
    const taken = new Set<string>();
    const first = new AbortController();
    const one = createPortal(portal.context, first.signal);
    const cutting = importer(taken, 200, () => {
      first.abort();
    });
    const { importId } = await startImport(
      one,
      cutting,
      await SpooledTable.receive(inPieces(numbers, 100)),
      false,
    );
    await Promise.all(one.background);
    const cut = await readImport(one, String(importId));
    expect(cut['state']).toBe('failed');
    expect(cut['done']).toBe(taken.size);
    expect(taken.size).toBeLessThan(500);
    const done = taken.size;
    const two = createPortal(portal.context, new AbortController().signal);
    const again = await startImport(
      two,
      importer(taken, -1, () => undefined),
      await SpooledTable.receive(inPieces(numbers, 100)),
      false,
    );
    await Promise.all(two.background);
    expect(await readImport(two, String(again['importId']))).toMatchObject({
      state: 'done',
      created: 500 - done,
      unchanged: done,
    });
  });

  it('a fifth beside four that run is refused', async () => {
    const busy = createPortal(portal.context, new AbortController().signal);
    let finish: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const waiting: RowImporter = {
      ...importer(new Set(), -1, () => undefined),
      importRow: () => gate.then(() => 'created'),
    };
    const start = async () => {
      const table = await SpooledTable.receive(inPieces('number\n1\n', 9));
      await startImport(busy, waiting, table, false).finally(() => table.release());
    };
    for (let running = 0; running < 4; running += 1) await start();
    await expect(start()).rejects.toMatchObject({ code: 'too_many_requests' });
    finish();
    await Promise.all(busy.background);
    await start();
    await Promise.all(busy.background);
  });
});

describe('a table on disk', () => {
  it('is as it was sent, and unreadable to others', async () => {
    const before = await spooled();
    const csv = tableOf(5_000);
    const table = await SpooledTable.receive(inPieces(csv, 1_000));
    const [place = ''] = (await spooled()).filter((name) => !before.includes(name));
    const written = await readFile(join(tmpdir(), place, 'table'));
    expect(written).toHaveLength(csv.length);
    expect(written.includes(cinOf(1))).toBe(false);
    for (const _again of [1, 2]) {
      const read: Uint8Array[] = [];
      for await (const piece of table.read()) read.push(Uint8Array.from(piece));
      expect(Buffer.concat(read).toString()).toBe(csv);
    }
    await table.dispose();
    expect(await spooled()).toEqual(before);
  });

  it('larger than it may be is refused, and gone', async () => {
    const before = await spooled();
    const refused = SpooledTable.receive(inPieces('a'.repeat(1_001), 100), 1_000);
    await expect(refused).rejects.toMatchObject({ code: 'payload_too_large' });
    expect(await spooled()).toEqual(before);
  });
});

describe('CSV in pieces', () => {
  const text = '\uFEFFa,"b ""c"" d"\r\n\n"x\ny",é\r\n1,2\n,"",\n';
  it('gives the same lines wherever it is cut', async () => {
    const whole = readCsv(text);
    expect(whole.map(({ line }) => line)).toEqual([1, 3, 5, 6]);
    for (let size = 1; size <= Buffer.byteLength(text); size += 1) {
      const lines = [];
      for await (const line of csvLinesOf(inPieces(text, size))) lines.push(line);
      expect(lines).toEqual(whole);
    }
  });

  it.each([
    ['a quote that is never closed', `a\n"${'b'.repeat(70_000)}`, '2'],
    ['a line without an end', 'a'.repeat(70_000), '1'],
  ])('%s is not gathered for ever', (_what, endless, path) => {
    expect(() => new CsvReader().push(endless)).toThrow(
      expect.objectContaining({
        code: 'malformed_request',
        fields: [expect.objectContaining({ path })],
      }),
    );
  });

  it('that is no UTF-8 is refused', async () => {
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Uint8Array.of(0x61, 0xff, 0x0a));
    }
    await expect(csvLinesOf(bytes()).next()).rejects.toMatchObject({ code: 'malformed_request' });
  });
});

describe('lines that are taken at a time', () => {
  it('are eight at most; those of one key keep their order; a failure stops the rest', async () => {
    const lanes = new RowLanes();
    const order: string[] = [];
    let running = 0;
    let most = 0;
    const work = (name: string) => async (): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((turn) => setImmediate(turn));
      order.push(name);
      running -= 1;
    };
    for (let line = 0; line < 40; line += 1) {
      await lanes.begin(String(line % 20), work(`${String(line % 20)}:${String(line)}`));
    }
    await lanes.end();
    expect(most).toBe(8);
    for (let key = 0; key < 20; key += 1) {
      const own = order.filter((name) => name.startsWith(`${String(key)}:`));
      expect(own).toEqual([`${String(key)}:${String(key)}`, `${String(key)}:${String(key + 20)}`]);
    }
    await lanes.begin('x', () => Promise.reject(new Error('the database is away')));
    await expect(lanes.end()).rejects.toThrow('the database is away');
    await expect(lanes.begin('y', work('y'))).rejects.toThrow('the database is away');
  });
});
