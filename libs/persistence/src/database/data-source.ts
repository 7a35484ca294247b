import 'reflect-metadata';
import pg from 'pg';
import { DataSource, MigrationExecutor } from 'typeorm';
import type { MigrationInterface } from 'typeorm';
import { quoteIdentifier } from './identifiers.js';
import { SilentLogger } from './silent-logger.js';
import { exactTypes } from './value-types.js';

/** A migration; its `name` (or class name) ends in 13 digits, by which migrations are ordered. */
export type MigrationClass = new () => MigrationInterface;

export interface DataSourceOptions {
  /** of the schema's own role, see `serviceUrl` */
  readonly url: string;
  readonly schema: string;
  readonly applicationName: string;
  readonly migrations: readonly MigrationClass[];
  /** connections held at most; 4 by default */
  readonly poolSize?: number;
}

const DEFAULT_POOL_SIZE = 4;
/** a machine that starts two dozen services at once takes its time; who waits for an answer has a deadline of its own */
export const CONNECT_TIMEOUT_MS = 30_000;
const STATEMENT_TIMEOUT_MS = 15_000;
const LOCK_TIMEOUT_MS = 5_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 15_000;
const POOL_IDLE_MS = 30_000;
/** 'migr' in ASCII: one lock space for migrations, apart from the outbox's */
const MIGRATION_LOCK_SPACE = 0x6d696772;

/** What every connection of a service is set to, pooled or not. */
export function connectionSettings(options: {
  readonly url: string;
  readonly schema: string;
  readonly applicationName: string;
}): pg.ClientConfig {
  return {
    connectionString: options.url,
    application_name: options.applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    keepAlive: true,
    options: [
      '-c synchronous_commit=on',
      `-c search_path=${options.schema}`,
      '-c timezone=UTC',
      '-c tcp_keepalives_idle=10',
      '-c tcp_keepalives_interval=5',
      '-c tcp_keepalives_count=3',
    ].join(' '),
    types: exactTypes,
  };
}

/**
 * A service's connections. Statements go out at once, without waiting for the answer to the one
 * before, so that a transaction whose statements need nothing of each other takes one round trip.
 */
export function createPool(options: Omit<DataSourceOptions, 'migrations'>): pg.Pool {
  quoteIdentifier(options.schema);
  const pool = new pg.Pool({
    ...connectionSettings(options),
    pipeline: true,
    max: options.poolSize ?? DEFAULT_POOL_SIZE,
    idleTimeoutMillis: POOL_IDLE_MS,
  });
  // a connection lost while idle leaves the pool; the next query opens another or fails by itself
  pool.on('error', () => undefined);
  // nor does one end the process that is lost between two statements of a transaction: the next one fails
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  return pool;
}

/**
 * Brings a service's schema up to date. Migrations run in one transaction, one process at a time,
 * and without the statement timeout of ordinary work.
 */
export async function migrateSchema(options: DataSourceOptions): Promise<void> {
  quoteIdentifier(options.schema);
  const dataSource = new DataSource({
    type: 'postgres',
    driver: pg,
    url: options.url,
    schema: options.schema,
    applicationName: options.applicationName,
    poolSize: 1,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    installExtensions: false,
    synchronize: false,
    logger: new SilentLogger(),
    entities: [],
    migrations: [...options.migrations],
    migrationsTableName: 'migrations',
    // a connection lost here fails the statement that runs on it
    poolErrorHandler: () => undefined,
    extra: connectionSettings(options),
  });
  await dataSource.initialize();
  try {
    await runMigrations(dataSource, options.schema);
  } finally {
    await dataSource.destroy();
  }
}

async function runMigrations(dataSource: DataSource, schema: string): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query('SET statement_timeout = 0');
    await runner.query('SET lock_timeout = 0');
    await runner.query('SELECT pg_advisory_lock($1, hashtext($2))', [MIGRATION_LOCK_SPACE, schema]);
    try {
      await new MigrationExecutor(dataSource, runner).executePendingMigrations();
    } finally {
      await runner.query('SELECT pg_advisory_unlock($1, hashtext($2))', [
        MIGRATION_LOCK_SPACE,
        schema,
      ]);
    }
  } finally {
    await runner.release();
  }
}
