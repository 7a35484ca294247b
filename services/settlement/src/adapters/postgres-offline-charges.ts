import type { Transaction } from '@roamgrid/persistence';
import type { OfflineChargeBook } from '../ports.js';
import type { CdrDocument } from '../records.js';
import type { OfflineUse } from '../review/check-offline.js';

/** Charges under the off-line rule, as home. */
export class PostgresOfflineCharges implements OfflineChargeBook {
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  /** of the windows that the charge lies in, the one with the most in it */
  async usedBeside(cdr: CdrDocument): Promise<OfflineUse> {
    const { notBefore, offline } = cdr.mandate.document;
    const hours = offline?.window.hours ?? 0;
    const [row] = await this.#tx.query<{ energy: bigint; minor: bigint }>(
      `WITH others AS (
         SELECT granted_at, energy_milli_wh, minor FROM offline_charge JOIN cdr USING (cdr_id)
          WHERE offline_charge.visited_utility = $1 AND pseudonym = $2 AND cdr_id <> $3
            AND state NOT IN ('held', 'credited', 'written_off')
       ), windows AS (
         SELECT $4::timestamptz AS ends UNION
         SELECT granted_at FROM others
          WHERE granted_at > $4 AND granted_at < $4::timestamptz + $5::interval
       ), sums AS (
         SELECT sum(energy_milli_wh) AS energy, sum(minor) AS minor
           FROM windows JOIN others ON granted_at > ends - $5::interval AND granted_at <= ends
          GROUP BY ends
       ) SELECT COALESCE(max(energy), 0)::bigint AS energy, COALESCE(max(minor), 0)::bigint AS minor
           FROM sums`,
      [cdr.visitedUtility, cdr.pseudonym, cdr.cdrId, notBefore, `${String(hours)} hours`],
    );
    return { energyMilliWh: row?.energy ?? 0n, minor: row?.minor ?? 0n };
  }

  async add(cdr: CdrDocument, { energyMilliWh, minor }: OfflineUse): Promise<void> {
    await this.#tx.query(
      `INSERT INTO offline_charge (cdr_id, visited_utility, pseudonym, granted_at,
         energy_milli_wh, minor) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
      [
        cdr.cdrId,
        cdr.visitedUtility,
        cdr.pseudonym,
        cdr.mandate.document.notBefore,
        energyMilliWh,
        minor,
      ],
    );
  }
}
