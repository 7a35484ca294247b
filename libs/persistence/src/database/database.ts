import pg from 'pg';
import {
  CONNECT_TIMEOUT_MS,
  connectionSettings,
  createPool,
  migrateSchema,
} from './data-source.js';
import type { DataSourceOptions } from './data-source.js';
import {
  DatabaseUnavailable,
  hasLostConnection,
  isServerFull,
  isTransient,
  QueryError,
  toQueryError,
} from './query-error.js';
import { runStatement } from './statement.js';
import { OpenTransaction } from './transaction.js';
import type { Transaction } from './transaction.js';

const TRANSIENT_RETRIES = 5;
const FIRST_RETRY_MS = 5;
const SERVER_FULL_RETRY_MS = 100;

export interface DatabaseOptions extends Omit<DataSourceOptions, 'migrations'> {
  /** uniform in [0, 1), spreads retries; e.g. `Math.random` */
  readonly random: () => number;
}

/** Hears of a commit; `canWait` where all that was put into the outbox may be delivered with others. */
export type EnqueuedListener = (canWait: boolean) => void;

/** One service's own schema. Rows come back as objects; see `value-types.ts` for their values. */
export class Database {
  readonly #options: DatabaseOptions;
  readonly #pool: pg.Pool;
  readonly #onEnqueued = new Set<EnqueuedListener>();

  /** Over a schema that is up to date; connections are made when they are needed. */
  constructor(options: DatabaseOptions) {
    this.#options = options;
    this.#pool = createPool(options);
  }

  /** Migrates, then opens. */
  static async open(
    options: DatabaseOptions & Pick<DataSourceOptions, 'migrations'>,
  ): Promise<Database> {
    await migrateSchema(options);
    return new Database(options);
  }

  /**
   * One statement outside any transaction.
   * @throws QueryError; DatabaseUnavailable
   */
  async query<Row = Record<string, unknown>>(
    sql: string,
    parameters: readonly unknown[] = [],
  ): Promise<Row[]> {
    const client = await this.#connect();
    try {
      const rows = await runStatement<Row>(client, sql, parameters);
      client.release();
      return rows;
    } catch (error) {
      client.release(hasLostConnection(error));
      throw error;
    }
  }

  /**
   * Runs `work` in one READ COMMITTED transaction; everything is undone when it throws. After a
   * serialization failure or deadlock `work` is run again, five times at most, so that it must
   * have no effect outside the transaction.
   * @throws QueryError; DatabaseUnavailable; RoamgridError `internal` (unknownOutcome) when the connection broke at commit
   */
  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#attempt(work);
      } catch (error) {
        if (attempt >= TRANSIENT_RETRIES || !isTransient(error)) throw error;
      }
      await this.#pause(FIRST_RETRY_MS * 2 ** attempt);
    }
  }

  /** Calls `listener` after each commit that put something into the outbox; returns the way out. */
  onEnqueued(listener: EnqueuedListener): () => void {
    this.#onEnqueued.add(listener);
    return () => {
      this.#onEnqueued.delete(listener);
    };
  }

  /** A connection of one's own outside the pool, with the same settings; the caller ends it. */
  async dedicatedConnection(purpose: string): Promise<pg.Client> {
    const { applicationName } = this.#options;
    const client = new pg.Client(
      connectionSettings({
        ...this.#options,
        applicationName: `${applicationName} ${purpose}`,
      }),
    );
    // without a listener a lost connection would end the process; queries on it fail anyway
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  /**
   * While the server is full it waits as long as for a server that does not answer.
   * @throws DatabaseUnavailable
   */
  async #connect(): Promise<pg.PoolClient> {
    const deadlineMs = performance.now() + CONNECT_TIMEOUT_MS;
    for (;;) {
      try {
        return await this.#pool.connect();
      } catch (thrown) {
        const error = toQueryError(thrown);
        if (!(error instanceof QueryError)) throw error;
        if (!isServerFull(error) || performance.now() > deadlineMs) {
          throw new DatabaseUnavailable(error);
        }
      }
      await this.#pause(SERVER_FULL_RETRY_MS);
    }
  }

  async #attempt<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    const transaction = new OpenTransaction(client);
    try {
      const result = await settle(work, transaction);
      if (transaction.hasEnqueued) {
        for (const listener of this.#onEnqueued) listener(transaction.canWait);
      }
      return result;
    } finally {
      client.release(transaction.hasLostConnection);
    }
  }

  async #pause(leastMs: number): Promise<void> {
    const pauseMs = leastMs * (1 + this.#options.random());
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

async function settle<T>(
  work: (tx: Transaction) => Promise<T>,
  transaction: OpenTransaction,
): Promise<T> {
  let result: T;
  try {
    result = await work(transaction);
  } catch (error) {
    await transaction.rollBack();
    throw await transaction.reasonFor(error);
  }
  await transaction.commit();
  return result;
}
