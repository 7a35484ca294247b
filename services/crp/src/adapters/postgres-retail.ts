import {
  fxRate,
  retailPlan,
  signedRetailTariff,
  type FxRate,
  type RetailPlan,
  type SignedRetailTariff,
} from '@roamgrid/contracts';
import { RoamgridError, type InstantMs } from '@roamgrid/kernel';
import { json, type Database } from '@roamgrid/persistence';
import type {
  FxStore,
  PlanStore,
  RetailTariffKey,
  RetailTariffStore,
  StoredPlan,
} from '../ports.js';

export class PostgresPlans implements PlanStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async add(plan: RetailPlan): Promise<void> {
    await this.#database.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
        `plan ${plan.planId}`,
      ]);
      await tx.query(
        `INSERT INTO plans (plan_id, version, plan)
         SELECT $1, coalesce(max(version), 0) + 1, $2::jsonb FROM plans WHERE plan_id = $1`,
        [plan.planId, json(plan)],
      );
    });
  }

  async current(planId: string): Promise<StoredPlan | null> {
    const [row] = await this.#database.query<{ plan: unknown; version: number }>(
      'SELECT plan, version FROM plans WHERE plan_id = $1 ORDER BY version DESC LIMIT 1',
      [planId],
    );
    return row === undefined ? null : { plan: retailPlan.parse(row.plan), version: row.version };
  }
}

export class PostgresFxRates implements FxStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async record(fx: FxRate): Promise<void> {
    const key = [fx.from, fx.to, fx.source, fx.at];
    await this.#database.transaction(async (tx) => {
      await tx.query(
        `INSERT INTO fx_rates (from_currency, to_currency, source, quoted_at, fx)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
        [...key, json(fx)],
      );
      const [kept] = await tx.query<{ fx: unknown }>(
        `SELECT fx FROM fx_rates
         WHERE from_currency = $1 AND to_currency = $2 AND source = $3 AND quoted_at = $4`,
        key,
      );
      const known = fxRate.parse(kept?.fx);
      if (known.rate !== fx.rate || known.notAfter !== fx.notAfter) {
        throw new RoamgridError('immutable', 'the source quoted another rate at this instant');
      }
    });
  }

  async newest(from: string, to: string, source: string): Promise<FxRate | null> {
    const [row] = await this.#database.query<{ fx: unknown }>(
      `SELECT fx FROM fx_rates WHERE from_currency = $1 AND to_currency = $2 AND source = $3
       ORDER BY quoted_at DESC LIMIT 1`,
      [from, to, source],
    );
    return row === undefined ? null : fxRate.parse(row.fx);
  }
}

interface RetailRow {
  document: unknown;
  document_hash: string;
  signature: string;
}

const SELECT_VALID = `
  SELECT document, document_hash, signature FROM retail_tariffs
  WHERE agreed_tariff_hash = $1 AND plan_id = $2 AND plan_version = $3 AND tier = $4
    AND not_after > $5
  ORDER BY not_after DESC LIMIT 1`;

function keyValues(key: RetailTariffKey): unknown[] {
  return [key.agreedTariffHash, key.planId, key.planVersion, key.tier];
}

function retailOf([row]: readonly RetailRow[]): SignedRetailTariff | null {
  if (row === undefined) return null;
  return signedRetailTariff.parse({
    document: row.document,
    documentHash: row.document_hash,
    signature: row.signature,
  });
}

export class PostgresRetailTariffs implements RetailTariffStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async current(key: RetailTariffKey, atMs: InstantMs): Promise<SignedRetailTariff | null> {
    return retailOf(
      await this.#database.query<RetailRow>(SELECT_VALID, [...keyValues(key), new Date(atMs)]),
    );
  }

  keep(
    key: RetailTariffKey,
    retail: SignedRetailTariff,
    atMs: InstantMs,
  ): Promise<SignedRetailTariff> {
    return this.#database.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
        `retail ${keyValues(key).join(' ')}`,
      ]);
      const kept = retailOf(
        await tx.query<RetailRow>(SELECT_VALID, [...keyValues(key), new Date(atMs)]),
      );
      if (kept !== null) return kept;
      await tx.query(
        `INSERT INTO retail_tariffs (agreed_tariff_hash, plan_id, plan_version, tier,
           document_hash, not_after, document, signature)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [
          ...keyValues(key),
          retail.documentHash,
          retail.document.notAfter,
          json(retail.document),
          retail.signature,
        ],
      );
      return retail;
    });
  }
}
