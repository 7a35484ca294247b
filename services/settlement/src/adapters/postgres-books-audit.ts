import type { Database } from '@roamgrid/persistence';
import type { CdrDocument } from '@roamgrid/contracts';
import type { BookedCharge, BooksAudit, StaleMessage, UncancelledCredit } from '../audit-ports.js';

/** What an audit reads beside the books themselves; it changes nothing. */
export class PostgresBooksAudit implements BooksAudit {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  bookedCharges(sessionIds: readonly string[]): Promise<BookedCharge[]> {
    return this.#database.query<BookedCharge>(
      `SELECT session_id AS "sessionId", document::jsonb ->> 'energyKwh' AS "energyKwh",
              document::jsonb -> 'agreedTariff' ->> 'documentHash' AS "agreedTariffHash",
              document::jsonb -> 'quote' ->> 'documentHash' AS "quoteHash"
         FROM cdr WHERE session_id = ANY($1::text[])`,
      [sessionIds],
    );
  }

  async firstCdrs(sessionIds: readonly string[]) {
    const rows = await this.#database.query<{ charge_hash: string; document: string }>(
      `SELECT DISTINCT ON (session_id) charge_hash, document::text AS document FROM cdr
        WHERE session_id = ANY($1::text[]) AND role IN ('visited', 'domestic')
          AND charge_hash IS NOT NULL
        ORDER BY session_id, sequence`,
      [sessionIds],
    );
    return rows.map((row) => ({
      chargeHash: row.charge_hash,
      document: JSON.parse(row.document) as CdrDocument,
    }));
  }

  async heldCharges(sessionIds: readonly string[]): Promise<string[]> {
    const rows = await this.#database.query<{ session_id: string }>(
      `SELECT session_id FROM held_charge
        WHERE kind = 'wholesale' AND released_at IS NULL AND session_id = ANY($1::text[])`,
      [sessionIds],
    );
    return rows.map((row) => row.session_id);
  }

  async uncancelledCredits(): Promise<{ checked: number; credits: UncancelledCredit[] }> {
    const [count] = await this.#database.query<{ checked: number }>(
      'SELECT count(*)::integer AS checked FROM credit_note',
    );
    const credits = await this.#database.query<UncancelledCredit>(
      `SELECT invoice_id AS "invoiceId",
              credit_note.document::jsonb ->> 'totalInclTax' AS credited,
              invoice.document::jsonb ->> 'totalInclTax' AS invoiced
         FROM credit_note JOIN invoice USING (invoice_id)
        WHERE abs((credit_note.document::jsonb ->> 'totalInclTax')::numeric)
                <> abs((invoice.document::jsonb ->> 'totalInclTax')::numeric)
           OR abs((credit_note.document::jsonb ->> 'payable')::numeric)
                <> abs((invoice.document::jsonb ->> 'payable')::numeric)
           OR invoice.state <> 'credited'`,
    );
    return { checked: count?.checked ?? 0, credits };
  }

  async staleMessages(): Promise<{ checked: number; messages: StaleMessage[] }> {
    const [count] = await this.#database.query<{ checked: number }>(
      'SELECT count(*)::integer AS checked FROM outbox',
    );
    const messages = await this.#database.query<StaleMessage>(
      `SELECT id::text AS id, to_utility AS "to", subject FROM outbox
        WHERE delivered_at IS NULL AND created_at < now() - interval '10 minutes'
        ORDER BY id LIMIT 200`,
    );
    return { checked: count?.checked ?? 0, messages };
  }
}
