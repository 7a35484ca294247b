import type { SignedAgreedTariff, SignedMandate, SignedRetailTariff } from '@roamgrid/contracts';
import { json, type Database } from '@roamgrid/persistence';
import type {
  MissingPrice,
  OfflinePrice,
  OfflinePriceKey,
  OfflineStore,
} from '../offline-ports.js';
import { projectMandate } from '../projections.js';

interface PriceRow {
  agreed_tariff: SignedAgreedTariff;
  retail_tariff: SignedRetailTariff;
}

/** Prices fetched ahead and mandates made under the off-line rule. */
export class PostgresOffline implements OfflineStore {
  readonly #database: Database;
  readonly #utility: string;

  constructor(database: Database, utility: string) {
    this.#database = database;
    this.#utility = utility;
  }

  async keepPrice({ agreedTariff, retailTariff }: OfflinePrice): Promise<void> {
    const { homeUtility, customerClass, stationClass, agreementHash } = agreedTariff.document;
    const { planId, tier } = retailTariff.document;
    const ends = [agreedTariff.document.notAfter, retailTariff.document.notAfter];
    await this.#database.query(
      `INSERT INTO offline_prices AS kept (home_utility, agreed_tariff_hash, plan_id, tier,
         customer_class, station_class, agreement_hash, not_after, agreed_tariff, retail_tariff)
       VALUES ($1, $2, $3, $4, $5, $6, $7, least($8::timestamptz, $9::timestamptz), $10, $11)
       ON CONFLICT (home_utility, agreed_tariff_hash, plan_id, tier) DO UPDATE
         SET not_after = EXCLUDED.not_after, retail_tariff = EXCLUDED.retail_tariff
         WHERE kept.not_after < EXCLUDED.not_after`,
      [
        homeUtility,
        agreedTariff.documentHash,
        planId,
        tier,
        customerClass,
        stationClass,
        agreementHash ?? '',
        ...ends,
        json(agreedTariff),
        json(retailTariff),
      ],
    );
  }

  async price(key: OfflinePriceKey, nowMs: number): Promise<OfflinePrice | null> {
    const [row] = await this.#database.query<PriceRow>(
      `SELECT agreed_tariff, retail_tariff FROM offline_prices
        WHERE home_utility = $1 AND agreement_hash = $2 AND customer_class = $3
          AND station_class = $4 AND plan_id = $5 AND tier = $6 AND not_after > $7
        ORDER BY not_after DESC, agreed_tariff_hash LIMIT 1`,
      [
        key.homeUtility,
        key.agreementHash,
        key.customerClass,
        key.stationClass,
        key.planId,
        key.tier,
        new Date(nowMs),
      ],
    );
    return row === undefined
      ? null
      : { agreedTariff: row.agreed_tariff, retailTariff: row.retail_tariff };
  }

  async missingPrices(nowMs: number, limit: number): Promise<MissingPrice[]> {
    const rows = await this.#database.query<{
      agreed_tariff: SignedAgreedTariff;
      plan_id: string;
      tier: MissingPrice['tier'];
    }>(
      `SELECT known.agreed_tariff, wanted.plan_id, wanted.tier
         FROM (SELECT DISTINCT ON (home_utility, agreed_tariff_hash) home_utility,
                 agreed_tariff_hash, customer_class, agreed_tariff FROM offline_prices
                WHERE not_after > $1 ORDER BY home_utility, agreed_tariff_hash) AS known
         JOIN (SELECT DISTINCT home_utility, signed #>> '{document,customerClass}' AS customer_class,
                 signed #>> '{document,planId}' AS plan_id, signed #>> '{document,tier}' AS tier
                 FROM directory_held WHERE signed #> '{document,offline}' IS NOT NULL) AS wanted
           USING (home_utility, customer_class)
         LEFT JOIN offline_prices AS held ON held.home_utility = known.home_utility
           AND held.agreed_tariff_hash = known.agreed_tariff_hash
           AND held.plan_id = wanted.plan_id AND held.tier = wanted.tier AND held.not_after > $1
        WHERE held.plan_id IS NULL
        ORDER BY known.agreed_tariff_hash, wanted.plan_id, wanted.tier LIMIT $2`,
      [new Date(nowMs), limit],
    );
    return rows.map((row) => ({
      agreedTariff: row.agreed_tariff,
      planId: row.plan_id,
      tier: row.tier,
    }));
  }

  async keepMandate(mandate: SignedMandate): Promise<void> {
    const { mandateId, homeUtility, notAfter, offline } = mandate.document;
    await this.#database.transaction(async (tx) => {
      await tx.query(
        `INSERT INTO offline_mandates (mandate_id, home_utility, token_hash, state,
           not_after, signed) VALUES ($1, $2, $3, 'active', $4, $5)`,
        [mandateId, homeUtility, offline?.entry.document.tokenHash, notAfter, json(mandate)],
      );
      await projectMandate(tx, this.#utility, 'visited', mandate, 'active');
    });
  }

  async markUsedUp(mandateId: string): Promise<void> {
    await this.#database.transaction(async (tx) => {
      const [row] = await tx.query<{ signed: SignedMandate }>(
        `UPDATE offline_mandates SET state = 'used_up' WHERE mandate_id = $1 AND state = 'active'
         RETURNING signed`,
        [mandateId],
      );
      if (row === undefined) return;
      await projectMandate(tx, this.#utility, 'visited', row.signed, 'used_up');
    });
  }
}
