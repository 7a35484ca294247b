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
