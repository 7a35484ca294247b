import type { Logger } from 'typeorm';

/**
 * TypeORM's own logger writes statements with their parameters to the console. Failures reach us as
 * errors, so it has nothing to say that we want to hear.
 */
export class SilentLogger implements Logger {
  logQuery(): void {
    // statements carry personal data
  }

  logQueryError(): void {
    // thrown as a QueryError
  }

  logQuerySlow(): void {
    // bounded by statement_timeout
  }

  logSchemaBuild(): void {
    // progress of migrations
  }

  logMigration(): void {
    // a failed migration is thrown
  }

  log(): void {
    // warnings of the pool, whose connections heal by themselves
  }
}
