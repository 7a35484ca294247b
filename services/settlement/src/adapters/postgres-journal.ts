import type { CurrencyCode } from '@roamgrid/kernel';
import { prepared, type Transaction } from '@roamgrid/persistence';
import { assertBalanced } from '../journal/assert-balanced.js';
import { addToExposures } from './postgres-exposures.js';
import type { JournalBook } from '../ports.js';
import type { JournalEntry, JournalLine } from '../records.js';

interface LineRow {
  readonly account: string;
  readonly currency: CurrencyCode;
  readonly amount_minor: bigint;
}

/** An entry and its lines in one statement: the row of a partner is locked until the commit. */
const BOOK = prepared(
  `WITH entry AS (
     INSERT INTO journal_entry (natural_key, booked_at, description) VALUES ($1, $2, $3)
     RETURNING entry_id)
   INSERT INTO journal_line (entry_id, line_number, account, currency, amount_minor)
   SELECT entry_id, number, account, currency, amount
     FROM entry, unnest($4::text[], $5::text[], $6::bigint[])
          WITH ORDINALITY AS line (account, currency, amount, number)`,
);

export class PostgresJournal implements JournalBook {
  readonly #tx: Transaction;
  readonly #now: () => number;

  constructor(tx: Transaction, now: () => number) {
    this.#tx = tx;
    this.#now = now;
  }

  book(entry: JournalEntry): Promise<void> {
    assertBalanced(entry);
    if (entry.lines.length > 0) this.#write(entry);
    return Promise.resolve();
  }

  /** Nobody needs an answer: what cannot be booked fails the transaction. */
  #write({ naturalKey, description, lines }: JournalEntry): void {
    this.#tx.write(BOOK, [
      naturalKey,
      new Date(this.#now()),
      description,
      lines.map((line) => line.account),
      lines.map((line) => line.currency),
      lines.map((line) => String(line.amountMinor)),
    ]);
    addToExposures(this.#tx, lines);
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

  async balances(account: string): Promise<Map<CurrencyCode, bigint>> {
    const rows = await this.#tx.query<{ currency: CurrencyCode; minor: bigint }>(
      `SELECT currency, sum(amount_minor)::bigint AS minor FROM journal_line
        WHERE account = $1 GROUP BY currency`,
      [account],
    );
    return new Map(rows.map(({ currency, minor }) => [currency, minor]));
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
