import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  outboxMigrations,
  type Database,
  OutboxRelay,
  startTestPostgres,
  testDatabase,
} from '../src/index.js';
import type {
  OutboxMessage,
  OutboxRelayOptions,
  PostgresServer,
  StoredMessage,
  TestDatabase,
} from '../src/index.js';

let server: PostgresServer;
let suite: TestDatabase;
let database: Database;
let relays: OutboxRelay[];

beforeAll(async () => {
  server = await startTestPostgres();
});

beforeEach(async () => {
  suite = await testDatabase(server, { schema: 'aaa', migrations: outboxMigrations });
  ({ database } = suite);
  relays = [];
});

afterEach(async () => {
  await Promise.all(relays.map((relay) => relay.stop()));
  await suite.drop();
});

afterAll(() => server.stop());

async function startRelay(
  deliver: (message: StoredMessage) => Promise<void>,
  more: Partial<OutboxRelayOptions> = {},
): Promise<OutboxRelay> {
  const relay = new OutboxRelay({
    database,
    utility: 'alpen',
    deliver,
    now: Date.now,
    onError: () => undefined,
    timeoutMs: 10_000,
    ...more,
  });
  relays.push(relay);
  await relay.start();
  return relay;
}

function enqueue(...messages: readonly Partial<OutboxMessage>[]): Promise<void> {
  return database.transaction(async (tx) => {
    for (const message of messages) {
      await tx.enqueue({ to: 'alpen', subject: 's.do', payload: null, ...message });
    }
  });
}

/** Delivers by noting the payload, after a turn or two of the event loop. */
function notebook(refuses: (message: StoredMessage) => boolean = () => false) {
  const noted: unknown[] = [];
  const deliver = async (message: StoredMessage): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    if (refuses(message)) throw new Error(`refused ${String(message.payload)}`);
    noted.push(message.payload);
  };
  return { noted, deliver };
}

function numbered(count: number, key: string): Partial<OutboxMessage>[] {
  return Array.from({ length: count }, (_, index) => ({ key, payload: `${key}${String(index)}` }));
}

/** Waits for a condition that only changes when `changed` is called. */
function watched() {
  let look: () => void = () => undefined;
  return {
    changed: (): void => {
      look();
    },
    until: (condition: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        look = () => {
          if (condition()) resolve();
        };
        look();
      }),
  };
}

/** A promise and the way to fulfil it. */
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

describe('delivery', () => {
  it('hands over what was enqueued, once, and marks it', async () => {
    const seen: StoredMessage[] = [];
    const relay = await startRelay((message) => {
      seen.push(message);
      return Promise.resolve();
    });
    await enqueue({ to: 'nordic', subject: 's.record', payload: { kWh: '1' }, key: 'k1' });
    await relay.drain();
    expect(seen).toMatchObject([
      { id: 1n, to: 'nordic', subject: 's.record', payload: { kWh: '1' }, key: 'k1', attempts: 0 },
    ]);
    expect(
      await database.query('SELECT attempts, delivered_at IS NULL AS open FROM outbox'),
    ).toEqual([{ attempts: 1, open: false }]);
    expect(await relay.lag()).toEqual({ pending: 0, oldestAgeMs: 0 });
    expect(await relay.head()).toBe(1n);
  });

  it('keeps the order within a key, through several batches and for rows that come meanwhile', async () => {
    const { noted, deliver } = notebook();
    await enqueue(...numbered(25, 'a'));
    const relay = await startRelay(deliver, { batchSize: 4 });
    const more = Array.from({ length: 25 }, (_, index) => `a${String(index + 25)}`);
    for (const payload of more) await enqueue({ key: 'a', payload });
    await relay.drain();
    expect(noted).toEqual(Array.from({ length: 50 }, (_, index) => `a${String(index)}`));
  });

  it('delivers many keys and keyless messages, at most sixteen at once to one utility', async () => {
    let current = 0;
    let most = 0;
    const { noted, deliver } = notebook();
    const messages = Array.from({ length: 300 }, (_, index) => ({
      payload: index,
      ...(index % 2 === 0 && { key: `k${String(index)}` }),
    }));
    await enqueue(...messages);
    const relay = await startRelay(
      async (message) => {
        most = Math.max(most, ++current);
        await deliver(message);
        current -= 1;
      },
      { batchSize: 50 },
    );
    await relay.drain();
    expect(new Set(noted).size).toBe(300);
    expect(noted).toHaveLength(300);
    expect(most).toBe(16);
  });

  it('delivers within milliseconds when idle', async () => {
    const { noted, deliver } = notebook();
    const relay = await startRelay(deliver);
    await relay.drain();
    const tookMs: number[] = [];
    for (let index = 0; index < 20; index += 1) {
      const startedAt = performance.now();
      await enqueue({ payload: index });
      await relay.drain();
      tookMs.push(performance.now() - startedAt);
    }
    // the poll alone would take its second each time; the median, because a busy machine may stall some
    expect(tookMs.sort((one, other) => one - other)[10]).toBeLessThan(500);
    expect(noted).toHaveLength(20);
  });

  it('finds rows of other processes by itself', async () => {
    const { noted, deliver } = notebook();
    const arrived = gate();
    await startRelay(async (message) => {
      await deliver(message);
      arrived.open();
    });
    await database.query(
      `INSERT INTO outbox (to_utility, subject, payload) VALUES ('alpen', 's', '"from elsewhere"')`,
    );
    await arrived.opened;
    expect(noted).toEqual(['from elsewhere']);
  });
});

describe('refusal', () => {
  it('blocks its own key only, is visible, and is repeated until it goes through', async () => {
    let isClosed = true;
    const errors: unknown[] = [];
    const { noted, deliver } = notebook((message) => message.key === 'bad' && isClosed);
    const progress = watched();
    const relay = await startRelay((message) => deliver(message).finally(progress.changed), {
      onError: (error, message) => {
        errors.push([(error as Error).message, message?.payload]);
        progress.changed();
      },
    });
    await enqueue(...numbered(2, 'bad'), ...numbered(3, 'good'), { payload: 'keyless' });
    await relay.drain({ untilId: 0n });
    await progress.until(() => errors.length >= 3 && noted.length >= 4);
    expect([...noted].sort()).toEqual(['good0', 'good1', 'good2', 'keyless']);
    expect(errors[0]).toEqual(['refused bad0', 'bad0']);
    const [row] = await database.query<{ attempts: number; last_error: string; later: boolean }>(
      `SELECT attempts, last_error, next_attempt_at > created_at AS later
         FROM outbox WHERE payload::text = '"bad0"'`,
    );
    expect(row).toMatchObject({ last_error: 'Error: refused bad0', later: true });
    expect(row?.attempts).toBeGreaterThanOrEqual(2);
    expect(await relay.lag()).toMatchObject({ pending: 2 });
    isClosed = false;
    await relay.drain();
    expect(noted.slice(4)).toEqual(['bad0', 'bad1']);
    expect(await database.query('SELECT 1 FROM outbox WHERE last_error IS NOT NULL')).toEqual([]);
  });

  it('of one utility does not hold up another', async () => {
    const { noted, deliver } = notebook((message) => message.to === 'away');
    const relay = await startRelay(deliver, { timeoutMs: 300 });
    const away = Array.from({ length: 40 }, (_, index) => ({
      to: 'away',
      key: `k${String(index)}`,
    }));
    await enqueue(...away, { payload: 'mine' });
    await expect(relay.drain()).rejects.toMatchObject({ code: 'peer_unreachable' });
    expect(noted).toEqual(['mine']);
  });

  it('of a utility that is away becomes single probes, and all goes out when it is back', async () => {
    let isAway = true;
    let tries = 0;
    const { noted, deliver } = notebook(() => {
      tries += 1;
      return isAway;
    });
    const relay = await startRelay(deliver, { timeoutMs: 400, batchSize: 20 });
    await enqueue(
      ...Array.from({ length: 200 }, (_, index) => ({ key: `k${String(index)}`, payload: index })),
    );
    await expect(relay.drain()).rejects.toThrow(/after \d+ attempts: Error: refused/);
    expect(tries).toBeLessThan(60);
    isAway = false;
    const patient = await startRelay(deliver);
    await patient.drain();
    expect(new Set(noted).size).toBe(200);
  });

  it('is forgotten by nobody: a new relay delivers what the last one left', async () => {
    const broken = await startRelay(() => Promise.reject(new Error('down')), { timeoutMs: 100 });
    await enqueue(...numbered(3, 'a'));
    await expect(broken.drain()).rejects.toThrow('down');
    await broken.stop();
    const { noted, deliver } = notebook();
    await (await startRelay(deliver)).drain();
    expect(noted).toEqual(['a0', 'a1', 'a2']);
  });
});

describe('drain', () => {
  it('waits only for rows up to the one named', async () => {
    const held = gate();
    const relay = await startRelay((message) =>
      message.payload === 'late' ? held.opened : Promise.resolve(),
    );
    await enqueue({ payload: 'early' });
    const until = await relay.head();
    await enqueue({ payload: 'late' });
    await relay.drain({ untilId: until });
    expect(await relay.lag()).toMatchObject({ pending: 1 });
    held.open();
    await relay.drain();
  });

  it('leaves out a partner that refuses where told so, and waits for all others', async () => {
    const held = gate();
    const progress = watched();
    const errors: unknown[] = [];
    const { noted, deliver } = notebook((message) => message.to === 'away');
    const relay = await startRelay(
      async (message) => {
        if (message.payload === 'mine') await held.opened;
        await deliver(message);
        progress.changed();
      },
      {
        onError: (error) => {
          errors.push(error);
          progress.changed();
        },
      },
    );
    await enqueue({ to: 'away' }, { to: 'near', payload: 'theirs' }, { payload: 'mine' });
    let isDrained = false;
    const drained = relay.drain({ recipients: 'reachable' }).then(() => (isDrained = true));
    await progress.until(() => errors.length >= 2 && noted.length === 1);
    expect([isDrained, noted]).toEqual([false, ['theirs']]);
    held.open();
    await drained;
    expect(noted).toEqual(['theirs', 'mine']);
    expect(await relay.lag()).toMatchObject({ pending: 1 });
  });

  it('waits for what the own utility refuses', async () => {
    const { deliver } = notebook(() => true);
    const relay = await startRelay(deliver, { timeoutMs: 300 });
    await enqueue({ payload: 'mine' });
    await expect(relay.drain({ recipients: 'reachable' })).rejects.toThrow('refused mine');
  });

  it('ends with the relay', async () => {
    const held = gate();
    const relay = await startRelay(() => held.opened);
    await enqueue({});
    const draining = relay.drain();
    const outcome = expect(draining).rejects.toThrow('stopped');
    const stopping = relay.stop();
    held.open();
    await stopping;
    await outcome;
    await expect(relay.drain()).rejects.toThrow('stopped');
  });
});

describe('several relays over one outbox', () => {
  it('deliver each message once, one relay at a time', async () => {
    const first = notebook();
    const second = notebook();
    const relay = await startRelay(first.deliver);
    const standby = await startRelay(second.deliver);
    await enqueue(...numbered(20, 'a'), ...numbered(20, 'b'));
    await standby.drain();
    expect(first.noted).toHaveLength(40);
    expect(second.noted).toEqual([]);
    await relay.stop();
    await enqueue(...numbered(5, 'c'));
    await standby.drain();
    expect(second.noted).toEqual(['c0', 'c1', 'c2', 'c3', 'c4']);
  });

  it('go on when the database drops all connections', async () => {
    const { noted, deliver } = notebook();
    const relay = await startRelay(deliver);
    await enqueue(...numbered(2, 'a'));
    await relay.drain();
    await database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE usename = current_user AND pid <> pg_backend_pid()`,
    );
    await enqueue({ key: 'a', payload: 'after' });
    await relay.drain();
    expect(noted).toEqual(['a0', 'a1', 'after']);
  });
});
