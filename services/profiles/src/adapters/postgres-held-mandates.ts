import {
  endMandate,
  subjectOf,
  type Identity,
  type SignedAgreedTariff,
  type SignedMandate,
  type SignedRevocation,
} from '@roamgrid/contracts';
import { json, prepared, type Database, type Transaction } from '@roamgrid/persistence';
import { projectMandate } from '../projections.js';
import type {
  AgreementStanding,
  HeldMandate,
  HeldMandateQuery,
  HeldMandateStore,
} from '../ports.js';
import { identityKey } from './identity-keys.js';

interface HeldRow {
  /** null where it is the remembered one */
  signed: SignedMandate | null;
  agreed_tariff: SignedAgreedTariff;
}

const FIND_HELD = prepared(
  `SELECT CASE WHEN signed->>'documentHash' = $6 THEN NULL ELSE signed END AS signed,
     CASE WHEN signed->>'documentHash' = $6 THEN NULL ELSE agreed_tariff END AS agreed_tariff
   FROM mandates_held
   WHERE identity_key = $1 AND home_utility = $2 AND station_class = $3
     AND state = 'active' AND not_after > $4 AND assurance = $5
     AND NOT EXISTS (
       SELECT 1 FROM agreement_standings AS standing
       WHERE standing.agreement_id = mandates_held.agreement_id
         AND (standing.rests_from <= $4
           OR (standing.current_from <= $4
             AND standing.current_hash <> mandates_held.agreement_hash)))
   ORDER BY not_after DESC LIMIT 1`,
);

/** A mandate and its revocation may arrive at once: whichever is second sees the first. */
async function lockMandate(tx: Transaction, mandateId: string): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`held:${mandateId}`]);
}

export class PostgresHeldMandates implements HeldMandateStore {
  readonly #database: Database;
  readonly #secret: Uint8Array;
  readonly #utility: string;

  constructor(database: Database, secret: Uint8Array, utility: string) {
    this.#database = database;
    this.#secret = secret;
    this.#utility = utility;
  }

  async find(query: HeldMandateQuery): Promise<HeldMandate | 'remembered' | null> {
    const { identity, homeUtility, stationClass, assurance, atMs, rememberedHash } = query;
    const [row] = await this.#database.query<HeldRow>(FIND_HELD, [
      identityKey(this.#secret, identity),
      homeUtility,
      stationClass,
      new Date(atMs),
      assurance,
      rememberedHash,
    ]);
    if (row === undefined) return null;
    if (row.signed === null) return 'remembered';
    return { mandate: row.signed, agreedTariff: row.agreed_tariff };
  }

  async keep(identity: Identity, entry: HeldMandate): Promise<void> {
    const { document } = entry.mandate;
    await this.#database.transaction(async (tx) => {
      await lockMandate(tx, document.mandateId);
      const kept = await tx.query(
        `INSERT INTO mandates_held (mandate_id, identity_key, home_utility, station_class, assurance, state,
           not_after, signed, agreed_tariff, agreement_id, agreement_hash)
         SELECT $1, $2, $3, $4, $5,
           CASE WHEN EXISTS (SELECT 1 FROM revocations_received
                              WHERE mandate_id = $1 AND home_utility = $3)
                THEN 'revoked' ELSE 'active' END, $6, $7, $8, $9, $10
         ON CONFLICT (mandate_id, identity_key) DO NOTHING RETURNING state`,
        [
          document.mandateId,
          identityKey(this.#secret, identity),
          document.homeUtility,
          entry.agreedTariff.document.stationClass,
          document.assurance,
          document.notAfter,
          json(entry.mandate),
          json(entry.agreedTariff),
          document.agreementId,
          document.agreementHash,
        ],
      );
      const [row] = kept as { state: string }[];
      if (row !== undefined) {
        await projectMandate(tx, this.#utility, 'visited', entry.mandate, row.state);
      }
    });
  }

  async keepStanding(standing: AgreementStanding): Promise<void> {
    const { agreementId, restsFrom, currentHash, currentFrom } = standing;
    await this.#database.query(
      `INSERT INTO agreement_standings (agreement_id, rests_from, current_hash, current_from)
       VALUES ($1, $2, $3, $4)
       ON CONFLICT (agreement_id) DO UPDATE
       SET rests_from = $2, current_hash = $3, current_from = $4`,
      [agreementId, restsFrom, currentHash, currentFrom],
    );
  }

  async markUsedUp(mandateId: string): Promise<void> {
    await this.#database.transaction((tx) => this.#end(tx, mandateId, 'used_up', null));
  }

  async receiveRevocation(revocation: SignedRevocation): Promise<void> {
    const { homeUtility, number, mandateId } = revocation.document;
    await this.#database.transaction(async (tx) => {
      await lockMandate(tx, mandateId);
      const added = await tx.query(
        `INSERT INTO revocations_received (home_utility, number, mandate_id, signed)
         VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING number`,
        [homeUtility, number, mandateId, json(revocation)],
      );
      if (added.length === 0) return;
      await this.#end(tx, mandateId, 'revoked', homeUtility);
      await tx.enqueue({
        to: this.#utility,
        subject: subjectOf(endMandate),
        key: `mandate:${mandateId}`,
        payload: { mandateId, homeUtility },
      });
    });
  }

  async revocationsHeld(): Promise<{ homeUtility: string; complete: number }[]> {
    // numbers begin at 1: as many as there are without a gap is how far nothing is missing
    const rows = await this.#database.query<{ home_utility: string; complete: number }>(
      `SELECT home_utility, (
         SELECT count(*)::integer FROM (
           SELECT number, row_number() OVER (ORDER BY number) AS place FROM revocations_received
            WHERE home_utility = homes.home_utility) AS numbered
          WHERE number = place) AS complete
       FROM (SELECT home_utility FROM mandates_held WHERE state = 'active'
             UNION SELECT home_utility FROM revocations_received) AS homes
       WHERE home_utility <> $1`,
      [this.#utility],
    );
    return rows.map((row) => ({ homeUtility: row.home_utility, complete: row.complete }));
  }

  async #end(
    tx: Transaction,
    mandateId: string,
    state: 'revoked' | 'used_up',
    homeUtility: string | null,
  ): Promise<void> {
    const [row] = await tx.query<{ signed: SignedMandate }>(
      `UPDATE mandates_held SET state = $2 WHERE mandate_id = $1 AND state = 'active'
         AND ($3::text IS NULL OR home_utility = $3)
       RETURNING signed`,
      [mandateId, state, homeUtility],
    );
    if (row !== undefined) await projectMandate(tx, this.#utility, 'visited', row.signed, state);
  }
}
