import { policyView } from '@roamgrid/contracts';
import { formatInstant, RoamgridError } from '@roamgrid/kernel';
import { negotiationPolicySchema, type NegotiationPolicy } from '@roamgrid/negotiation';
import { json, type Database } from '@roamgrid/persistence';
import { policyIdOf } from '../decisions/policy-id.js';
import type { PolicyKey, PolicyStore, Projection, StoredPolicy } from '../ports.js';
import { enqueueProjection } from './enqueue-projection.js';

interface PolicyRow {
  version: number;
  state: string;
  review_date: string;
  author: string;
  publisher: string | null;
  drafted_at: Date;
  published_at: Date | null;
  policy: unknown;
}

interface PolicyKeyRow {
  side: PolicyKey['side'];
  customer_class: PolicyKey['customerClass'];
  station_class: PolicyKey['stationClass'];
}

const COLUMNS = `version, state, review_date::text, author, publisher, drafted_at, published_at, policy`;
const OF_KEY = 'side = $1 AND customer_class = $2 AND station_class = $3';

function keyValues(key: PolicyKey): string[] {
  return [key.side, key.customerClass, key.stationClass];
}

function storedPolicy(row: PolicyRow, key: PolicyKey): StoredPolicy {
  const view = policyView.parse({
    policyId: policyIdOf(key),
    version: row.version,
    state: row.state,
    side: key.side,
    customerClass: key.customerClass,
    stationClass: key.stationClass,
    reviewDate: row.review_date,
    author: row.author,
    publisher: row.publisher,
    publishedAt: row.published_at === null ? null : formatInstant(row.published_at.getTime()),
    policy: row.policy,
  });
  return { view, draftedAtMs: row.drafted_at.getTime() };
}

export class PostgresPolicies implements PolicyStore {
  readonly #database: Database;
  readonly #utility: string;

  constructor(database: Database, utility: string) {
    this.#database = database;
    this.#utility = utility;
  }

  addDraft(
    draft: (version: number) => StoredPolicy,
    key: PolicyKey,
    projectionOf: (policy: StoredPolicy) => Projection,
  ): Promise<StoredPolicy> {
    return this.#database.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
        `policy ${keyValues(key).join(' ')}`,
      ]);
      const [newest] = await tx.query<{ version: number }>(
        `SELECT coalesce(max(version), 0) AS version FROM policies WHERE ${OF_KEY}`,
        keyValues(key),
      );
      const policy = draft((newest?.version ?? 0) + 1);
      const { view, draftedAtMs } = policy;
      await tx.query(
        `INSERT INTO policies (side, customer_class, station_class, version, state, review_date,
           author, drafted_at, policy)
         VALUES ($1, $2, $3, $4, 'draft', $5, $6, $7, $8)`,
        [
          ...keyValues(key),
          view.version,
          view.reviewDate,
          view.author,
          new Date(draftedAtMs),
          json(view.policy),
        ],
      );
      await enqueueProjection(tx, this.#utility, projectionOf(policy));
      return policy;
    });
  }

  async find(key: PolicyKey, version: number): Promise<StoredPolicy | null> {
    const [row] = await this.#database.query<PolicyRow>(
      `SELECT ${COLUMNS} FROM policies WHERE ${OF_KEY} AND version = $4`,
      [...keyValues(key), version],
    );
    return row === undefined ? null : storedPolicy(row, key);
  }

  async publish({ view }: StoredPolicy, projection: Projection): Promise<void> {
    await this.#database.transaction(async (tx) => {
      const changed = await tx.query(
        `UPDATE policies SET state = 'published', publisher = $5, published_at = $6
         WHERE ${OF_KEY} AND version = $4 AND state = 'draft' RETURNING version`,
        [...keyValues(view), view.version, view.publisher, view.publishedAt],
      );
      if (changed.length === 0) throw new RoamgridError('immutable', 'it is published already');
      await enqueueProjection(tx, this.#utility, projection);
    });
  }

  async current(key: PolicyKey): Promise<NegotiationPolicy | null> {
    const [row] = await this.#database.query<{ policy: unknown }>(
      `SELECT policy FROM policies WHERE ${OF_KEY} AND state = 'published'
       ORDER BY version DESC LIMIT 1`,
      keyValues(key),
    );
    return row === undefined ? null : negotiationPolicySchema.parse(row.policy);
  }

  async overdue(localDate: string): Promise<StoredPolicy[]> {
    const rows = await this.#database.query<PolicyRow & PolicyKeyRow>(
      `SELECT * FROM (
         SELECT DISTINCT ON (side, customer_class, station_class)
                side, customer_class, station_class, ${COLUMNS}
         FROM policies WHERE state = 'published'
         ORDER BY side, customer_class, station_class, version DESC) AS newest
       WHERE review_date < $1`,
      [localDate],
    );
    return rows.map((row) =>
      storedPolicy(row, {
        side: row.side,
        customerClass: row.customer_class,
        stationClass: row.station_class,
      }),
    );
  }

  noteOverdue({ view }: StoredPolicy, projection: Projection): Promise<boolean> {
    return this.#database.transaction(async (tx) => {
      const changed = await tx.query(
        `INSERT INTO overdue_policies (side, customer_class, station_class, version)
         VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING version`,
        [...keyValues(view), view.version],
      );
      if (changed.length > 0) await enqueueProjection(tx, this.#utility, projection);
      return changed.length > 0;
    });
  }
}
