/**
 * PostgreSQL: a native server for zero setup, one schema and role per service, migrations, transactions, outbox.
 */
export { Database } from './database/database.js';
export type { DatabaseOptions } from './database/database.js';
export type { DataSourceOptions, MigrationClass } from './database/data-source.js';
export { GroupCommit } from './database/group-commit.js';
export { json, JsonParameter } from './database/parameters.js';
export { prepared } from './database/statement.js';
export {
  DatabaseUnavailable,
  isRefusal,
  isUniqueViolation,
  QueryError,
} from './database/query-error.js';
export type { Transaction } from './database/transaction.js';
export { outboxMigrations } from './outbox/outbox-migrations.js';
export type { OutboxMessage, StoredMessage } from './outbox/message.js';
export { OutboxRelay } from './outbox/outbox-relay.js';
export type { DrainWish, OutboxRelayOptions } from './outbox/outbox-relay.js';
export { openPostgres } from './postgres/open-postgres.js';
export { identityOf, isSameProcessAlive } from './postgres/process-identity.js';
export type { ProcessIdentity } from './postgres/process-identity.js';
export {
  dropLabelled,
  removeLabel,
  provisionDatabase,
  roleOf,
  serviceUrl,
} from './postgres/provision.js';
export type { ProvisionOptions } from './postgres/provision.js';
export type { EmbeddedPostgresOptions, KeepRunning, PostgresServer } from './postgres/server.js';
export { removeDataDir } from './postgres/remove-data-dir.js';
export { startEmbeddedPostgres } from './postgres/start-embedded-postgres.js';
export { DatabaseStartError } from './postgres/start-error.js';
export { startTestPostgres, testDatabase } from './testing/test-database.js';
export type { TestDatabase } from './testing/test-database.js';
