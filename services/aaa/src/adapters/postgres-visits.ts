import type { Database } from '@roamgrid/persistence';
import type { VisitStore } from '../ports.js';

export class PostgresVisits implements VisitStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async openVisits(consumerId: string): Promise<number> {
    const [row] = await this.#database.query<{ open: bigint }>(
      `SELECT count(*) AS open FROM open_visits WHERE ended_at IS NULL AND pseudonym IN
         (SELECT DISTINCT pseudonym FROM home_authorizations WHERE consumer_id = $1)`,
      [consumerId],
    );
    return Number(row?.open ?? 0n);
  }

  async keepAuthorization(entry: Parameters<VisitStore['keepAuthorization']>[0]): Promise<void> {
    await this.#database.query(
      `INSERT INTO home_authorizations (session_id, visited_utility, consumer_id, pseudonym, decision,
         reason, at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (session_id) DO NOTHING`,
      [
        entry.sessionId,
        entry.visitedUtility,
        entry.consumerId,
        entry.pseudonym,
        entry.decision,
        entry.reason,
        new Date(entry.atMs),
      ],
    );
  }
}
