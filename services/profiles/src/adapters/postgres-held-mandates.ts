import type {
  Identity,
  SignedAgreedTariff,
  SignedMandate,
  SignedRevocation,
} from '@roamgrid/contracts';
import { json, type Database } from '@roamgrid/persistence';
import { projectMandate } from '../projections.js';
import type { HeldMandate, HeldMandateStore } from '../ports.js';
import { identityKey } from './identity-keys.js';

interface HeldRow {
  signed: SignedMandate;
  agreed_tariff: SignedAgreedTariff;
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

  async find(
    identity: Identity,
    homeUtility: string,
    stationClass: string,
    atMs: number,
  ): Promise<HeldMandate | null> {
    const [row] = await this.#database.query<HeldRow>(
      `SELECT signed, agreed_tariff FROM mandates_held
       WHERE identity_key = $1 AND home_utility = $2 AND station_class = $3
         AND state = 'active' AND not_after > $4
       ORDER BY not_after DESC LIMIT 1`,
      [identityKey(this.#secret, identity), homeUtility, stationClass, new Date(atMs)],
    );
    return row === undefined ? null : { mandate: row.signed, agreedTariff: row.agreed_tariff };
  }

  async keep(identity: Identity, entry: HeldMandate): Promise<void> {
    const { document } = entry.mandate;
    await this.#database.transaction(async (tx) => {
      const kept = await tx.query(
        `INSERT INTO mandates_held (mandate_id, identity_key, home_utility, station_class, state,
           not_after, signed, agreed_tariff)
         SELECT $1, $2, $3, $4,
           CASE WHEN EXISTS (SELECT 1 FROM revocations_received WHERE mandate_id = $1)
                THEN 'revoked' ELSE 'active' END, $5, $6, $7
         ON CONFLICT (mandate_id) DO NOTHING RETURNING state`,
        [
          document.mandateId,
          identityKey(this.#secret, identity),
          document.homeUtility,
          entry.agreedTariff.document.stationClass,
          document.notAfter,
          json(entry.mandate),
          json(entry.agreedTariff),
        ],
      );
      const [row] = kept as { state: string }[];
      if (row !== undefined) {
        await projectMandate(tx, this.#utility, 'visited', entry.mandate, row.state);
      }
    });
  }

  async markUsedUp(mandateId: string): Promise<void> {
    await this.#end(mandateId, 'used_up');
  }

  async receiveRevocation(revocation: SignedRevocation): Promise<void> {
    const { homeUtility, number, mandateId } = revocation.document;
    await this.#database.query(
      `INSERT INTO revocations_received (home_utility, number, mandate_id, signed)
       VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
      [homeUtility, number, mandateId, json(revocation)],
    );
    await this.#end(mandateId, 'revoked');
  }

  async #end(mandateId: string, state: 'revoked' | 'used_up'): Promise<void> {
    await this.#database.transaction(async (tx) => {
      const [row] = await tx.query<{ signed: SignedMandate }>(
        `UPDATE mandates_held SET state = $2 WHERE mandate_id = $1 AND state = 'active'
         RETURNING signed`,
        [mandateId, state],
      );
      if (row !== undefined) await projectMandate(tx, this.#utility, 'visited', row.signed, state);
    });
  }
}
