import { json, type Transaction } from '@roamgrid/persistence';
import { canonicalText } from '../documents/canonical-text.js';
import type { HoldBook } from '../ports.js';
import type { QuarantinedDocument, RecordedCharge } from '../records.js';

export class PostgresHolds implements HoldBook {
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  hold(kind: 'wholesale' | 'retail', entry: Parameters<HoldBook['hold']>[1]): Promise<void> {
    this.#tx.write(
      `INSERT INTO held_charge (session_id, kind, partner, reason, detail, content, held_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (session_id, kind)
       DO UPDATE SET reason = excluded.reason, detail = excluded.detail`,
      [
        entry.sessionId,
        kind,
        entry.partner,
        entry.why.reason,
        entry.why.detail,
        json(entry.content),
        new Date(entry.atMs),
      ],
    );
    return Promise.resolve();
  }

  release(kind: 'wholesale' | 'retail', sessionId: string, atMs: number): Promise<void> {
    this.#tx.write(
      `UPDATE held_charge SET released_at = $3
        WHERE session_id = $1 AND kind = $2 AND released_at IS NULL`,
      [sessionId, kind, new Date(atMs)],
    );
    return Promise.resolve();
  }

  async heldCharges(partner: string): Promise<RecordedCharge[]> {
    const rows = await this.#tx.query<{ content: RecordedCharge }>(
      `SELECT content FROM held_charge
        WHERE kind = 'wholesale' AND partner = $1 AND released_at IS NULL ORDER BY held_at`,
      [partner],
    );
    return rows.map((row) => row.content);
  }

  async heldRetail(): Promise<string[]> {
    const rows = await this.#tx.query<{ content: { cdrId: string } }>(
      `SELECT content FROM held_charge
        WHERE kind = 'retail' AND released_at IS NULL ORDER BY held_at`,
    );
    return rows.map((row) => row.content.cdrId);
  }

  quarantine(entry: QuarantinedDocument): Promise<void> {
    this.#tx.write(
      `INSERT INTO quarantined_document
         (kind, document_id, document_hash, signature, document, reason, received_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
      [
        entry.kind,
        entry.documentId,
        entry.documentHash,
        entry.signature,
        canonicalText(entry.document),
        entry.reason,
        new Date(entry.receivedAtMs),
      ],
    );
    return Promise.resolve();
  }
}
