import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  outboxMigrations,
  Database,
  isUniqueViolation,
  json,
  QueryError,
  startTestPostgres,
  testDatabase,
} from '../src/index.js';
import type { PostgresServer, TestDatabase } from '../src/index.js';

class CreateThings implements MigrationInterface {
  readonly name = 'CreateThings1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE things (
      id bigint PRIMARY KEY, amount numeric(30,6), document jsonb, day date, at timestamptz)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE things');
  }
}

const MIGRATIONS = [...outboxMigrations, CreateThings];
let server: PostgresServer;
let suite: TestDatabase;
let database: Database;

beforeAll(async () => {
  server = await startTestPostgres();
  suite = await testDatabase(server, { schema: 'aaa', migrations: MIGRATIONS });
  ({ database } = suite);
});

afterAll(async () => {
  await suite.drop();
  await server.stop();
});

describe('values', () => {
  const biggest = 9_223_372_036_854_775_807n;

  it('brings int8 back as bigint and numeric as its text', async () => {
    const rows = await database.query(
      `INSERT INTO things (id, amount, document, day, at) VALUES ($1, $2, $3, $4, $5)
       RETURNING id, amount, document, day, at`,
      [
        biggest,
        '123456789012345678.900000',
        json({ amount: '1.10', list: [1, null] }),
        '2026-03-29',
        new Date('2026-03-29T01:00:00Z'),
      ],
    );
    expect(rows).toEqual([
      {
        id: biggest,
        amount: '123456789012345678.900000',
        document: { amount: '1.10', list: [1, null] },
        day: '2026-03-29',
        at: new Date('2026-03-29T01:00:00Z'),
      },
    ]);
  });

  it.each([
    ['count(*)', 'SELECT count(*) AS v FROM things WHERE false', 0n],
    ['int8[]', `SELECT ARRAY[1, NULL, 9223372036854775807]::int8[] AS v`, [1n, null, biggest]],
    [
      'numeric[]',
      `SELECT ARRAY[0.1, 12345678901234567890.12]::numeric[] AS v`,
      ['0.1', '12345678901234567890.12'],
    ],
    ['int4', 'SELECT 7 AS v', 7],
    ['timestamp', `SELECT timestamp '2026-10-25 02:30:00' AS v`, '2026-10-25 02:30:00'],
    ['jsonb null', `SELECT 'null'::jsonb AS v`, null],
  ])('%s', async (_name, sql, expected) => {
    expect((await database.query<{ v: unknown }>(sql))[0]?.v).toEqual(expected);
  });

  it('sends bigints in arrays', async () => {
    const rows = await database.query('SELECT 1 AS x WHERE 5000000000 = ANY($1::int8[])', [
      [1n, 5_000_000_000n],
    ]);
    expect(rows).toHaveLength(1);
  });

  it.each([
    ['undefined', undefined],
    ['a plain object', { a: 1 }],
    ['not a finite number', Number.NaN],
  ])('refuses %s as a parameter', async (fault, value) => {
    await expect(database.query('SELECT $1::text', [value])).rejects.toThrow(fault);
  });

  it('refuses what has no JSON form', () => {
    expect(() => json({ amount: 1n })).toThrow('no JSON form');
    expect(() => json(undefined)).toThrow('no JSON form');
  });

  it('returns the rows of UPDATE and DELETE, as of SELECT', async () => {
    await database.query('INSERT INTO things (id) VALUES (1), (2)');
    expect(await database.query('UPDATE things SET amount = 1 WHERE id = 1 RETURNING id')).toEqual([
      { id: 1n },
    ]);
    expect(await database.query('DELETE FROM things WHERE id IN (1, 2) RETURNING id')).toHaveLength(
      2,
    );
  });
});

describe('settings', () => {
  it.each([
    ['synchronous_commit', 'on'],
    ['statement_timeout', '15s'],
    ['lock_timeout', '5s'],
    ['idle_in_transaction_session_timeout', '15s'],
    ['search_path', 'aaa'],
    ['TimeZone', 'UTC'],
    ['application_name', 'test aaa'],
  ])('%s = %s', async (name, expected) => {
    const rows = await database.query<{ v: string }>('SELECT current_setting($1) AS v', [name]);
    expect(rows[0]?.v).toBe(expected);
  });

  it('gives migrations time and takes it back', async () => {
    const rows = await database.query<{ v: string }>(
      `SELECT current_setting('statement_timeout') AS v`,
    );
    expect(rows[0]?.v).toBe('15s');
  });
});

describe('migrations', () => {
  it('run once, also when several processes start together', async () => {
    const open = () =>
      Database.open({
        url: suite.url,
        schema: 'aaa',
        applicationName: 'again',
        migrations: MIGRATIONS,
        random: Math.random,
      });
    const others = await Promise.all([open(), open(), open()]);
    const rows = await database.query<{ name: string }>(
      'SELECT name FROM aaa.migrations ORDER BY id',
    );
    expect(rows.map((row) => row.name)).toEqual([
      'CreateOutbox1700000000000',
      'CreateThings1700000000001',
      'KeepPayloadAsText1780000000000',
    ]);
    await Promise.all(others.map((other) => other.close()));
  });

  it('undo all of a failing start', async () => {
    class Fails implements MigrationInterface {
      readonly name = 'Fails1700000000002';
      async up(runner: QueryRunner): Promise<void> {
        await runner.query('CREATE TABLE half (id int)');
        await runner.query('SELECT nonsense');
      }
      down(): Promise<void> {
        return Promise.resolve();
      }
    }
    const opening = Database.open({
      url: suite.url,
      schema: 'aaa',
      applicationName: 'fails',
      migrations: [...MIGRATIONS, Fails],
      random: Math.random,
    });
    await expect(opening).rejects.toThrow('nonsense');
    expect(await database.query(`SELECT to_regclass('half') AS found`)).toEqual([{ found: null }]);
  });
});

describe('transaction', () => {
  it('commits what it wrote together with the outbox', async () => {
    const result = await database.transaction(async (tx) => {
      await tx.query('INSERT INTO things (id) VALUES (10)');
      await tx.enqueue({ to: 'alpen', subject: 's.kept', payload: { amount: '1' }, key: 'k' });
      return 'done';
    });
    expect(result).toBe('done');
    expect(await database.query(`SELECT payload FROM outbox WHERE subject = 's.kept'`)).toEqual([
      { payload: { amount: '1' } },
    ]);
  });

  it('undoes what it wrote together with the outbox', async () => {
    const refusal = new RangeError('no');
    const work = database.transaction(async (tx) => {
      await tx.query('INSERT INTO things (id) VALUES (11)');
      await tx.enqueue({ to: 'alpen', subject: 's.dropped', payload: 1 });
      throw refusal;
    });
    await expect(work).rejects.toBe(refusal);
    expect(await database.query('SELECT 1 FROM things WHERE id = 11')).toEqual([]);
    expect(await database.query(`SELECT 1 FROM outbox WHERE subject = 's.dropped'`)).toEqual([]);
  });

  it.each([
    ['a mistake in the work', new TypeError('x is not a function')],
    ['a broken assertion', new RangeError('the entry does not sum to zero')],
    ['an error of a library', new Error('nobody answers')],
  ])('rethrows %s unchanged', async (_name, mistake) => {
    const work = database.transaction(async (tx) => {
      await tx.query('SELECT 1');
      throw mistake;
    });
    await expect(work).rejects.toBe(mistake);
  });

  it('rethrows unchanged what a value throws while it is sent, and can be used again', async () => {
    const mistake = new TypeError('no such member');
    class Broken extends Date {
      override getTime(): number {
        throw mistake;
      }
      override getFullYear(): number {
        throw mistake;
      }
    }
    const send = database.transaction((tx) => tx.query('SELECT $1::timestamptz', [new Broken()]));
    await expect(send).rejects.toBe(mistake);
    expect(await database.query('SELECT 1 AS x')).toEqual([{ x: 1 }]);
  });

  it('does not pass off as committed what PostgreSQL rolled back', async () => {
    const work = database.transaction(async (tx) => {
      await tx.query('INSERT INTO things (id) VALUES (12)');
      await tx.query('INSERT INTO things (id) VALUES (12)').catch(() => undefined);
    });
    await expect(work).rejects.toThrow(QueryError);
  });

  it('goes on after a rollback to a savepoint', async () => {
    await database.transaction(async (tx) => {
      await tx.query('SAVEPOINT before');
      await tx.query('SELECT nonsense').catch(() => tx.query('ROLLBACK TO SAVEPOINT before'));
      await tx.query('INSERT INTO things (id) VALUES (13)');
    });
    expect(await database.query('SELECT id FROM things WHERE id = 13')).toEqual([{ id: 13n }]);
  });

  it('waits for statements nobody waited for, and ends with its work', async () => {
    let leaked: { query(sql: string): Promise<unknown> } | undefined;
    await database.transaction((tx) => {
      leaked = tx;
      void tx.query('INSERT INTO things (id) VALUES (14)');
      return Promise.resolve();
    });
    expect(await database.query('SELECT 1 AS x FROM things WHERE id = 14')).toHaveLength(1);
    await expect(leaked?.query('SELECT 1')).rejects.toThrow('The transaction is over');
  });

  it('tells a duplicate by its constraint, without the values', async () => {
    await database.query('INSERT INTO things (id) VALUES (15)');
    const error: unknown = await database
      .query('INSERT INTO things (id) VALUES ($1)', [15n])
      .catch((caught: unknown) => caught);
    expect(isUniqueViolation(error, 'things_pkey')).toBe(true);
    expect(isUniqueViolation(error, 'other')).toBe(false);
    expect(JSON.stringify(error)).not.toContain('15)');
  });

  it('tells why a statement failed that nobody waited for, not that a later one followed', async () => {
    await database.query('INSERT INTO things (id) VALUES (210)');
    const failed = database.transaction(async (tx) => {
      tx.write('INSERT INTO things (id) VALUES (210)');
      await tx.query('SELECT 1');
    });
    const error: unknown = await failed.catch((thrown: unknown) => thrown);
    expect(isUniqueViolation(error, 'things_pkey')).toBe(true);
  });

  it('runs the loser of a deadlock again', async () => {
    await database.query('INSERT INTO things (id, amount) VALUES (20, 0), (21, 0)');
    let runs = 0;
    let arrivals = 0;
    let meet: () => void = () => undefined;
    const met = new Promise<void>((resolve) => (meet = resolve));
    const add = (first: number, second: number) =>
      database.transaction(async (tx) => {
        runs += 1;
        await tx.query('UPDATE things SET amount = amount + 1 WHERE id = $1', [first]);
        if (++arrivals === 2) meet();
        await met;
        await tx.query('UPDATE things SET amount = amount + 1 WHERE id = $1', [second]);
      });
    await Promise.all([add(20, 21), add(21, 20)]);
    expect(runs).toBe(3);
    expect(await database.query('SELECT amount FROM things WHERE id IN (20, 21)')).toEqual([
      { amount: '2.000000' },
      { amount: '2.000000' },
    ]);
  });

  it('gives up after five repetitions', async () => {
    let runs = 0;
    const work = database.transaction(async (tx) => {
      runs += 1;
      await tx.query(`DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$`);
    });
    await expect(work).rejects.toThrow('again');
    expect(runs).toBe(6);
  });

  it('says that the outcome is unknown when the connection breaks at commit', async () => {
    const work = database.transaction(async (tx) => {
      const [row] = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await tx.query('INSERT INTO things (id) VALUES (30)');
      await database.query('SELECT pg_terminate_backend($1)', [row?.pid]);
    });
    await expect(work).rejects.toMatchObject({ code: 'internal', next: 'unknownOutcome' });
    expect(await database.query('SELECT 1 AS x')).toEqual([{ x: 1 }]);
  });

  it('fails, and nothing else does, when the connection breaks between two statements', async () => {
    const work = database.transaction(async (tx) => {
      const [row] = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await database.query('SELECT pg_terminate_backend($1)', [row?.pid]);
      const alive = 'SELECT 1 FROM pg_stat_activity WHERE pid = $1';
      while ((await database.query(alive, [row?.pid])).length > 0);
      await tx.query('INSERT INTO things (id) VALUES (31)');
    });
    await expect(work).rejects.toThrow();
    expect(await database.query('SELECT id FROM things WHERE id = 31')).toEqual([]);
  });
});
