import type { SignedBill } from '@roamgrid/contracts';
import { json, type Transaction } from '@roamgrid/persistence';
import type { BillBook } from '../ports.js';
import type { RetailCharge } from '../records.js';
import { toCharge, type ChargeRow } from './charge-row.js';
import { toColumns } from './stored-document.js';

export class PostgresBills implements BillBook {
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  addCharge(charge: RetailCharge): Promise<void> {
    this.#tx.write(
      `INSERT INTO retail_charge (cdr_id, session_id, consumer_id, cin_masked, currency,
         total_minor, paid_minor, end_at, session)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        charge.cdrId,
        charge.sessionId,
        charge.consumerId,
        charge.cinMasked,
        charge.currency,
        charge.totalMinor,
        charge.paidMinor,
        charge.endAt,
        json(charge.session),
      ],
    );
    return Promise.resolve();
  }

  async findCharge(cdrId: string): Promise<RetailCharge | null> {
    const [charge] = await this.findCharges([cdrId]);
    return charge ?? null;
  }

  async findCharges(cdrIds: readonly string[]): Promise<RetailCharge[]> {
    const rows = await this.#tx.query<ChargeRow>(
      'SELECT * FROM retail_charge WHERE cdr_id = ANY($1::text[])',
      [cdrIds],
    );
    return rows.map(toCharge);
  }

  async unbilled(from: string, to: string): Promise<RetailCharge[]> {
    const rows = await this.#tx.query<ChargeRow>(
      `SELECT retail_charge.* FROM retail_charge JOIN cdr USING (cdr_id)
        WHERE bill_id IS NULL AND voided_at IS NULL AND cdr.state IN ('open', 'accepted')
          AND NOT EXISTS (
            SELECT 1 FROM card_order
             WHERE card_order.cdr_id = retail_charge.cdr_id AND operation <> 'refund'
               AND card_order.state IN ('ordered', 'unknown'))
          AND retail_charge.end_at >= $1 AND retail_charge.end_at < $2
        ORDER BY consumer_id, retail_charge.currency, retail_charge.end_at, cdr_id
          FOR UPDATE OF retail_charge`,
      [from, to],
    );
    return rows.map(toCharge);
  }

  async add(bill: SignedBill, cdrIds: readonly string[]): Promise<void> {
    const { billId, number, consumerId, issuedAt } = bill.document;
    await this.#tx.query(
      `INSERT INTO bill (bill_id, number, consumer_id, issued_at, document, document_hash, signature)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [billId, number, consumerId, issuedAt, ...toColumns(bill)],
    );
    await this.#tx.query('UPDATE retail_charge SET bill_id = $2 WHERE cdr_id = ANY($1::text[])', [
      cdrIds,
      billId,
    ]);
  }
}
