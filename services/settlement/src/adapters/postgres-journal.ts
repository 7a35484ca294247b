import type { CurrencyCode } from '@roamgrid/kernel';
import type { Transaction } from '@roamgrid/persistence';
import { assertBalanced } from '../journal/assert-balanced.js';
import { addToExposures } from './postgres-exposures.js';
import type { JournalBook } from '../ports.js';
import type { JournalEntry, JournalLine } from '../records.js';

interface LineRow {
  readonly account: string;
  readonly currency: CurrencyCode;
  readonly amount_minor: bigint;
}

export class PostgresJournal implements JournalBook {
  readonly #tx: Transaction;
  readonly #now: () => number;

  constructor(tx: Transaction, now: () => number) {
    this.#tx = tx;
    this.#now = now;
  }

  async book(entry: JournalEntry): Promise<void> {
    assertBalanced(entry);
    if (entry.lines.length === 0) return;
    const [row] = await this.#tx.query<{ entry_id: bigint }>(
      `INSERT INTO journal_entry (natural_key, booked_at, description) VALUES ($1, $2, $3)
       RETURNING entry_id`,
      [entry.naturalKey, new Date(this.#now()), entry.description],
    );
    if (row === undefined) throw new RangeError('the journal gave no entry id');
    await this.#tx.query(
      `INSERT INTO journal_line (entry_id, line_number, account, currency, amount_minor)
       SELECT $1, number, account, currency, amount
         FROM unnest($2::text[], $3::text[], $4::bigint[])
              WITH ORDINALITY AS line (account, currency, amount, number)`,
      [
        row.entry_id,
        entry.lines.map((line) => line.account),
        entry.lines.map((line) => line.currency),
        entry.lines.map((line) => String(line.amountMinor)),
      ],
    );
    await addToExposures(this.#tx, entry.lines);
  }

  async findLines(naturalKey: string): Promise<JournalLine[]> {
    const rows = await this.#tx.query<LineRow>(
      `SELECT account, currency, amount_minor
         FROM journal_line JOIN journal_entry USING (entry_id)
        WHERE natural_key = $1 ORDER BY line_number`,
      [naturalKey],
    );
    return rows.map(({ account, currency, amount_minor: amountMinor }) => ({
      account,
      currency,
      amountMinor,
    }));
  }

  async unbalanced(): Promise<{ checked: number; naturalKeys: string[] }> {
    const [count] = await this.#tx.query<{ entries: number }>(
      'SELECT count(*)::integer AS entries FROM journal_entry',
    );
    const rows = await this.#tx.query<{ natural_key: string }>(
      `SELECT DISTINCT natural_key FROM journal_entry JOIN journal_line USING (entry_id)
        GROUP BY natural_key, currency HAVING sum(amount_minor) <> 0`,
    );
    return { checked: count?.entries ?? 0, naturalKeys: rows.map((row) => row.natural_key) };
  }
}
