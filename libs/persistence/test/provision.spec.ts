import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import {
  openPostgres,
  provisionDatabase,
  roleOf,
  serviceUrl,
  startTestPostgres,
} from '../src/index.js';
import type { PostgresServer } from '../src/index.js';

const passwordOf = (role: string): string => `pw:/@?#%-${role}`;
let server: PostgresServer;

beforeAll(async () => {
  server = await startTestPostgres();
  for (const database of ['alpen', 'northwind']) {
    await provisionDatabase(server.url, { database, schemas: ['aaa', 'crp'], passwordOf });
  }
});

afterAll(() => server.stop());

function urlOf(database: string, schema: string): string {
  return serviceUrl(server.url, {
    database,
    schema,
    password: passwordOf(roleOf(database, schema)),
  });
}

async function run(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('provisionDatabase', () => {
  it('gives each role a schema of its own, which is where it works', async () => {
    await run(urlOf('alpen', 'aaa'), 'CREATE TABLE secret (x int)');
    const rows = await run(
      urlOf('alpen', 'aaa'),
      `SELECT schemaname, tableowner FROM pg_tables WHERE tablename = 'secret'`,
    );
    expect(rows).toEqual([{ schemaname: 'aaa', tableowner: 'alpen_aaa' }]);
  });

  it.each([
    [
      'another schema of the same utility',
      'crp',
      'SELECT * FROM aaa.secret',
      'permission denied for schema aaa',
    ],
    [
      'another schema, to write',
      'crp',
      'CREATE TABLE aaa.mine (x int)',
      'permission denied for schema aaa',
    ],
    [
      'the public schema',
      'crp',
      'CREATE TABLE public.mine (x int)',
      'permission denied for schema public',
    ],
    ['a new schema', 'crp', 'CREATE SCHEMA mine', 'permission denied for database alpen'],
    ['a new database', 'crp', 'CREATE DATABASE mine', 'permission denied to create database'],
    ['the role of another service', 'crp', 'SET ROLE alpen_aaa', 'permission denied to set role'],
    ['a file of the server', 'crp', `SELECT pg_read_file('PG_VERSION')`, 'permission denied'],
    ['the password hashes', 'crp', 'SELECT * FROM pg_authid', 'permission denied'],
  ])('keeps a role out of %s', async (_what, schema, sql, refusal) => {
    await expect(run(urlOf('alpen', schema), sql)).rejects.toThrow(refusal);
  });

  it.each(['northwind', 'postgres', 'template1'])(
    'lets no role of alpen into %s',
    async (database) => {
      const url = new URL(urlOf('alpen', 'aaa'));
      url.pathname = `/${database}`;
      await expect(run(url.href, 'SELECT 1')).rejects.toThrow(`permission denied for database`);
    },
  );

  it('can be done again, also by several at once, and changes passwords', async () => {
    const again = (suffix: string) =>
      provisionDatabase(server.url, {
        database: 'alpen',
        schemas: ['aaa', 'crp', 'settlement'],
        passwordOf: (role) => passwordOf(role) + suffix,
      });
    await Promise.all([again('2'), again('2'), again('2')]);
    await expect(run(urlOf('alpen', 'aaa'), 'SELECT 1')).rejects.toThrow('password');
    await again('');
    expect(await run(urlOf('alpen', 'aaa'), 'SELECT count(*)::int AS n FROM secret')).toEqual([
      { n: 0 },
    ]);
    await expect(run(urlOf('alpen', 'settlement'), 'SELECT 1')).resolves.toHaveLength(1);
  });

  it.each(['Alpen', 'a"b', 'a b', '', '1a', 'x'.repeat(64)])(
    'refuses the name "%s"',
    async (database) => {
      const work = provisionDatabase(server.url, { database, schemas: [], passwordOf });
      await expect(work).rejects.toMatchObject({ code: 'malformed_identifier' });
    },
  );

  it('works for an administrator who is no superuser', async () => {
    await run(server.url, `CREATE ROLE admin LOGIN CREATEDB CREATEROLE PASSWORD 'x'`);
    await run(server.url, 'GRANT CONNECT ON DATABASE postgres TO admin');
    const url = new URL(server.url);
    url.username = 'admin';
    url.password = 'x';
    const given = await openPostgres({
      databaseUrl: url.href,
      dataDir: '/nonexistent',
      durable: true,
      log: () => undefined,
    });
    const options = { database: 'managed', schemas: ['aaa'], passwordOf };
    await provisionDatabase(given.url, options);
    await provisionDatabase(given.url, options);
    expect(await run(urlOf('managed', 'aaa'), 'SELECT current_schema() AS s')).toEqual([
      { s: 'aaa' },
    ]);
    await given.stop();
    expect(await run(server.url, 'SELECT 1 AS still')).toHaveLength(1);
  });
});

describe('openPostgres with DATABASE_URL', () => {
  const open = (databaseUrl: string) =>
    openPostgres({ databaseUrl, dataDir: '/nonexistent', durable: true, log: () => undefined });

  it('refuses a user who may not create databases', async () => {
    await expect(open(urlOf('alpen', 'aaa'))).rejects.toThrow('CREATEDB');
  });

  it('says in one line that nobody answers, without the password', async () => {
    const error: unknown = await open('postgresql://a:secret@127.0.0.1:1/x').catch(
      (caught: unknown) => caught,
    );
    expect(String(error)).toContain('DATABASE_URL');
    expect(String(error)).not.toMatch(/secret|\n/);
  });
});
