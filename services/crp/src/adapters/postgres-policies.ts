import { negotiationPolicySchema, type NegotiationPolicy } from '@roamgrid/negotiation';
import { json, type Database } from '@roamgrid/persistence';
import type { PolicyKey, PolicyStore } from '../ports.js';

function keyValues(key: PolicyKey): string[] {
  return [key.side, key.customerClass, key.stationClass];
}

export class PostgresPolicies implements PolicyStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  add(
    key: PolicyKey,
    { policy, reviewDate }: { readonly policy: NegotiationPolicy; readonly reviewDate: string },
  ): Promise<number> {
    return this.#database.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
        `policy ${keyValues(key).join(' ')}`,
      ]);
      const [row] = await tx.query<{ version: number }>(
        `INSERT INTO policies (side, customer_class, station_class, version, review_date, policy)
         SELECT $1, $2, $3, coalesce(max(version), 0) + 1, $4::date, $5::jsonb FROM policies
         WHERE side = $1 AND customer_class = $2 AND station_class = $3
         RETURNING version`,
        [...keyValues(key), reviewDate, json(policy)],
      );
      return row?.version ?? 1;
    });
  }

  async current(key: PolicyKey): Promise<NegotiationPolicy | null> {
    const [row] = await this.#database.query<{ policy: unknown }>(
      `SELECT policy FROM policies WHERE side = $1 AND customer_class = $2 AND station_class = $3
       ORDER BY version DESC LIMIT 1`,
      keyValues(key),
    );
    return row === undefined ? null : negotiationPolicySchema.parse(row.policy);
  }
}
