import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { startTestPostgres, testDatabase } from '../src/index.js';
import type { Database, PostgresServer, TestDatabase } from '../src/index.js';

/** five for roles, three that PostgreSQL keeps for its administrator */
const CONNECTIONS = 8;

describe('a server that admits no further connection', () => {
  let server: PostgresServer;
  let suite: TestDatabase;
  let database: Database;
  const held: pg.Client[] = [];

  beforeAll(async () => {
    server = await startTestPostgres({ maxConnections: CONNECTIONS });
    suite = await testDatabase(server, { schema: 'aaa', migrations: [] });
    ({ database } = suite);
  });

  afterAll(async () => {
    await Promise.all(held.map((client) => client.end()));
    await suite.drop();
    await server.stop();
  });

  async function holdAll(): Promise<unknown> {
    for (;;) {
      try {
        held.push(await database.dedicatedConnection('test'));
      } catch (error) {
        return error;
      }
    }
  }

  it('is waited for, and the statement runs once a connection has ended', async () => {
    expect(await holdAll()).toMatchObject({ code: '53300' });
    let isAnswered = false;
    const answer = database.query('SELECT 1 AS one').then((rows) => {
      isAnswered = true;
      return rows;
    });
    // the server has refused it at least once by the time it has refused this one
    expect(await holdAll()).toMatchObject({ code: '53300' });
    expect(isAnswered).toBe(false);
    await held.pop()?.end();
    expect(await answer).toEqual([{ one: 1 }]);
  });
});

describe('a server that is gone', () => {
  it('is told as what may simply be tried again', async () => {
    const server = await startTestPostgres();
    const suite = await testDatabase(server, { schema: 'aaa', migrations: [] });
    await server.stop();
    const failure = { code: 'database_unavailable', status: 503, next: 'retrySame' };
    await expect(suite.database.query('SELECT 1')).rejects.toMatchObject(failure);
    await expect(suite.database.transaction(() => Promise.resolve())).rejects.toMatchObject(
      failure,
    );
    await suite.database.close();
  });
});
