import { RoamgridError } from '@roamgrid/kernel';
import pg from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import { connectionSettings, createDataSource } from './data-source.js';
import type { DataSourceOptions } from './data-source.js';
import { checkParameters } from './parameters.js';
import { hasLostConnection, isRefusal, isTransient, toQueryError } from './query-error.js';
import { OpenTransaction } from './transaction.js';
import type { Transaction } from './transaction.js';

const TRANSIENT_RETRIES = 5;
const FIRST_RETRY_MS = 5;

export interface DatabaseOptions {
  readonly dataSource: DataSource;
  /** uniform in [0, 1), spreads retries; e.g. `Math.random` */
  readonly random: () => number;
}

/** One service's own schema. Rows come back as objects; see `value-types.ts` for their values. */
export class Database {
  readonly dataSource: DataSource;
  readonly #random: () => number;
  readonly #onEnqueued = new Set<() => void>();

  constructor(options: DatabaseOptions) {
    this.dataSource = options.dataSource;
    this.#random = options.random;
  }

  /** Connects, migrates and wraps in one step. */
  static async open(options: DataSourceOptions & { random: () => number }): Promise<Database> {
    const dataSource = await createDataSource(options);
    return new Database({ dataSource, random: options.random });
  }

  /**
   * One statement outside any transaction.
   * @throws QueryError
   */
  async query<Row = Record<string, unknown>>(
    sql: string,
    parameters: readonly unknown[] = [],
  ): Promise<Row[]> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const result = await runner.query(sql, checkParameters(parameters), true);
      return result.records as Row[];
    } catch (error) {
      await discardIfLost(runner, error);
      throw toQueryError(error);
    } finally {
      await runner.release();
    }
  }

  /**
   * Runs `work` in one READ COMMITTED transaction; everything is undone when it throws. After a
   * serialization failure or deadlock `work` is run again, five times at most, so that it must
   * have no effect outside the transaction.
   * @throws QueryError; RoamgridError `internal` (unknownOutcome) when the connection broke at commit
   */
  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#attempt(work);
      } catch (error) {
        if (attempt >= TRANSIENT_RETRIES || !isTransient(error)) throw error;
      }
      await this.#pauseBeforeRetry(attempt);
    }
  }

  /** Calls `listener` after each commit that put something into the outbox; returns the way out. */
  onEnqueued(listener: () => void): () => void {
    this.#onEnqueued.add(listener);
    return () => {
      this.#onEnqueued.delete(listener);
    };
  }

  /** A connection of one's own outside the pool, with the same settings; the caller ends it. */
  async dedicatedConnection(purpose: string): Promise<pg.Client> {
    const { options } = this.dataSource;
    if (options.type !== 'postgres' || options.url === undefined || options.schema === undefined) {
      throw new RoamgridError('internal', 'The data source was not made by createDataSource');
    }
    const client = new pg.Client(
      connectionSettings({
        url: options.url,
        schema: options.schema,
        applicationName: `${options.applicationName ?? options.schema} ${purpose}`,
      }),
    );
    // without a listener a lost connection would end the process; queries on it fail anyway
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  async close(): Promise<void> {
    await this.dataSource.destroy();
  }

  async #attempt<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      await begin(runner);
      const transaction = new OpenTransaction(runner);
      const result = await settle(work, transaction, runner);
      await commit(runner);
      if (transaction.hasEnqueued) for (const listener of this.#onEnqueued) listener();
      return result;
    } finally {
      await runner.release();
    }
  }

  async #pauseBeforeRetry(attempt: number): Promise<void> {
    const pauseMs = FIRST_RETRY_MS * 2 ** attempt * (1 + this.#random());
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

async function begin(runner: QueryRunner): Promise<void> {
  try {
    await runner.startTransaction('READ COMMITTED');
  } catch (error) {
    await discardIfLost(runner, error);
    throw toQueryError(error);
  }
}

async function settle<T>(
  work: (tx: Transaction) => Promise<T>,
  transaction: OpenTransaction,
  runner: QueryRunner,
): Promise<T> {
  try {
    const result = await work(transaction);
    await transaction.finish();
    return result;
  } catch (error) {
    await transaction.abandon();
    try {
      await runner.rollbackTransaction();
    } catch (rollbackError) {
      // the server has rolled back by itself; the first error tells why
      await discardIfLost(runner, rollbackError);
    }
    throw error;
  }
}

async function commit(runner: QueryRunner): Promise<void> {
  try {
    await runner.commitTransaction();
  } catch (caught) {
    await discardIfLost(runner, caught);
    const error = toQueryError(caught);
    if (isRefusal(error)) throw error;
    throw new RoamgridError('internal', 'The database did not say whether it committed');
  }
}

/** The pool takes back a connection whose end it has not noticed yet, unless it is ended here. */
async function discardIfLost(runner: QueryRunner, error: unknown): Promise<void> {
  if (!hasLostConnection(error)) return;
  const client = (await runner.connect()) as pg.Client;
  // ending what has ended may fail; it is out of the pool all the same
  void client.end().catch(() => undefined);
}
