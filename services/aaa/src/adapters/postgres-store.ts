import type { Database } from '@roamgrid/persistence';
import type { Metrics } from '@roamgrid/platform';
import type { AaaStore, UnitOfWork } from '../ports.js';
import type { Session } from '../session/session.js';
import { PostgresUnit } from './postgres-unit.js';
import { sessionFromRow, type SessionRow } from './session-rows.js';

export class PostgresStore implements AaaStore {
  readonly #database: Database;
  readonly #utility: string;
  readonly #metrics: Metrics;

  constructor(database: Database, utility: string, metrics: Metrics) {
    this.#database = database;
    this.#utility = utility;
    this.#metrics = metrics;
  }

  transaction<T>(work: (unit: UnitOfWork) => Promise<T>): Promise<T> {
    return this.#database.transaction((tx) =>
      work(new PostgresUnit(tx, this.#utility, this.#metrics)),
    );
  }

  async readSession(sessionId: string): Promise<Session | null> {
    const [row] = await this.#database.query<SessionRow>(
      'SELECT * FROM sessions WHERE session_id = $1',
      [sessionId],
    );
    return row === undefined ? null : sessionFromRow(row);
  }
}
