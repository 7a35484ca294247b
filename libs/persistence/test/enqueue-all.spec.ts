import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  outboxMigrations,
  startTestPostgres,
  testDatabase,
  type PostgresServer,
  type TestDatabase,
} from '../src/index.js';

let server: PostgresServer;
let test: TestDatabase;

beforeAll(async () => {
  server = await startTestPostgres();
  test = await testDatabase(server, { schema: 'aaa', migrations: outboxMigrations });
});

afterAll(async () => {
  await test.drop();
  await server.stop();
});

describe('enqueueAll', () => {
  it('keeps the order, the keys and the payloads, and wakes the relay once', async () => {
    let woken = 0;
    const stop = test.database.onEnqueued(() => {
      woken += 1;
    });
    const messages = Array.from({ length: 120 }, (_, index) => ({
      to: 'duke-energy',
      subject: 'portal.project',
      payload: { index, text: `it's "${String(index)}", ‘quoted’ {and} \\ more` },
      ...(index % 2 === 0 ? { key: `session:${String(index)}` } : {}),
    }));
    await test.database.transaction((tx) => tx.enqueueAll(messages));
    stop();
    const rows = await test.database.query(
      'SELECT to_utility AS to, subject, payload, ordering_key AS key FROM outbox ORDER BY id',
    );
    expect(rows).toEqual(messages.map((message) => ({ key: null, ...message })));
    expect(woken).toBe(1);
  });

  it('of nothing writes nothing and wakes nobody', async () => {
    let woken = 0;
    const stop = test.database.onEnqueued(() => {
      woken += 1;
    });
    await test.database.transaction((tx) => tx.enqueueAll([]));
    stop();
    expect(woken).toBe(0);
  });
});
