import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  outboxMigrations,
  prepared,
  startTestPostgres,
  testDatabase,
  type PostgresServer,
  type TestDatabase,
} from '../src/index.js';

let server: PostgresServer;
let test: TestDatabase;

const ADD_PARENT = prepared('INSERT INTO parents (name, size) VALUES ($1, $2)');
const ADD_CHILD = prepared('INSERT INTO children (parent, name) VALUES ($1, $2)');

beforeAll(async () => {
  server = await startTestPostgres();
  test = await testDatabase(server, { schema: 'aaa', migrations: outboxMigrations });
  await test.database.query('CREATE TABLE parents (name text PRIMARY KEY, size bigint NOT NULL)');
  await test.database.query(
    'CREATE TABLE children (place bigserial, parent text REFERENCES parents, name text)',
  );
});

beforeEach(() => test.database.query('TRUNCATE parents, children, outbox'));

afterAll(async () => {
  await test.drop();
  await server.stop();
});

const message = { to: 'duke-energy', subject: 'portal.project', payload: { text: '$1 $2' } };

async function names(): Promise<unknown[]> {
  const rows = await test.database.query<{ name: string }>(
    `SELECT name FROM parents UNION ALL SELECT parent || '/' || name FROM children
     UNION ALL SELECT subject FROM outbox`,
  );
  return rows.map(({ name }) => name).sort();
}

/** What PostgreSQL was told to do, from its own record of a transaction's statements. */
async function transactionsUsed(work: () => Promise<unknown>): Promise<bigint> {
  const now = async (): Promise<bigint> => {
    const [row] = await test.database.query<{ id: bigint }>(
      'SELECT pg_current_xact_id()::text::bigint AS id',
    );
    return row?.id ?? 0n;
  };
  const before = await now();
  await work();
  return (await now()) - before - 1n;
}

describe('rows that are appended', () => {
  it('to tables that refer to each other leave together, each with its own parameters', async () => {
    const used = await transactionsUsed(() =>
      test.database.transaction(async (tx) => {
        tx.append(ADD_PARENT, ['p', 7n]);
        tx.append(ADD_CHILD, ['p', 'c']);
        await tx.enqueue(message);
      }),
    );
    expect(used).toBe(1n);
    expect(await names()).toEqual(['p', 'p/c', 'portal.project']);
    expect(await test.database.query('SELECT payload FROM outbox')).toEqual([
      { payload: message.payload },
    ]);
  });

  it.each([
    ['the first', ['p', null], ['p', 'c']],
    ['the last', ['p', 7n], ['nobody', 'c']],
  ])('are not there at all where %s is refused', async (_, parent, child) => {
    const work = test.database.transaction((tx) => {
      tx.append(ADD_PARENT, parent);
      tx.append(ADD_CHILD, child);
      return tx.enqueue(message);
    });
    await expect(work).rejects.toMatchObject({ name: 'QueryError' });
    expect(await names()).toEqual([]);
  });

  it('are not there where the work fails after them', async () => {
    const work = test.database.transaction((tx) => {
      tx.append(ADD_PARENT, ['p', 7n]);
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    expect(await names()).toEqual([]);
  });

  it('are seen by the queries that follow, and undone with them', async () => {
    const seen: unknown[] = [];
    const work = test.database.transaction(async (tx) => {
      tx.append(ADD_PARENT, ['p', 7n]);
      seen.push(...(await tx.query('SELECT size FROM parents')));
      tx.append(ADD_CHILD, ['p', 'c']);
      await tx.query('SELECT 1 / 0');
    });
    await expect(work).rejects.toMatchObject({ name: 'QueryError' });
    expect(seen).toEqual([{ size: 7n }]);
    expect(await names()).toEqual([]);
  });

  it('to one table keep their order', async () => {
    await test.database.transaction((tx) => {
      tx.append(ADD_PARENT, ['p', 7n]);
      for (const name of ['a', 'b', 'c']) tx.append(ADD_CHILD, ['p', name]);
      return Promise.resolve();
    });
    const rows = await test.database.query('SELECT name FROM children ORDER BY place');
    expect(rows).toEqual([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
  });

  it('to a transaction that is over are refused', async () => {
    const late = await test.database.transaction((tx) => Promise.resolve(tx));
    expect(() => {
      late.append(ADD_PARENT, ['p', 7n]);
    }).toThrow('The transaction is over');
  });
});
