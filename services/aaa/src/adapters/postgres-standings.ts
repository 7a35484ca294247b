import type { Database } from '@roamgrid/persistence';
import type { PartnerStandings } from '../partner-standings.js';

export class PostgresStandings implements PartnerStandings {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async isSuspended(partner: string): Promise<boolean> {
    const rows = await this.#database.query(
      "SELECT 1 FROM partner_standings WHERE partner = $1 AND standing = 'suspended'",
      [partner],
    );
    return rows.length > 0;
  }

  async keep(partner: string, standing: 'served' | 'suspended'): Promise<void> {
    await this.#database.query(
      `INSERT INTO partner_standings (partner, standing) VALUES ($1, $2)
       ON CONFLICT (partner) DO UPDATE SET standing = EXCLUDED.standing`,
      [partner, standing],
    );
  }
}
