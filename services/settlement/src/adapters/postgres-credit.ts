import type { CurrencyCode } from '@roamgrid/kernel';
import type { Transaction } from '@roamgrid/persistence';
import type { CreditBook } from '../ports.js';
import type { CreditAccount, CreditReservation } from '../records.js';

interface AccountRow {
  readonly consumer_id: string;
  readonly currency: CurrencyCode;
  readonly balance_minor: bigint;
  readonly reserved_minor: bigint;
}

interface ReservationRow {
  readonly mandate_id: string;
  readonly consumer_id: string | null;
  readonly amount_minor: bigint;
  readonly state: CreditReservation['state'];
}

export class PostgresCredit implements CreditBook {
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  findAccount(consumerId: string): Promise<CreditAccount | null> {
    return this.#account(consumerId, '');
  }

  lockAccount(consumerId: string): Promise<CreditAccount | null> {
    return this.#account(consumerId, 'FOR UPDATE');
  }

  async #account(consumerId: string, lock: '' | 'FOR UPDATE'): Promise<CreditAccount | null> {
    const [row] = await this.#tx.query<AccountRow>(
      `SELECT * FROM credit_account WHERE consumer_id = $1 ${lock}`,
      [consumerId],
    );
    if (row === undefined) return null;
    return {
      consumerId: row.consumer_id,
      currency: row.currency,
      balanceMinor: row.balance_minor,
      reservedMinor: row.reserved_minor,
    };
  }

  async open(consumerId: string, currency: CurrencyCode): Promise<CreditAccount> {
    await this.#tx.query(
      `INSERT INTO credit_account (consumer_id, currency) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
      [consumerId, currency],
    );
    const account = await this.lockAccount(consumerId);
    if (account === null) throw new RangeError('the account was not opened');
    return account;
  }

  async deposit(
    entryId: string,
    consumerId: string,
    amountMinor: bigint,
    atMs: number,
  ): Promise<boolean> {
    const added = await this.#addEntry(entryId, consumerId, amountMinor, atMs);
    if (!added) return false;
    await this.#tx.query(
      'UPDATE credit_account SET balance_minor = balance_minor + $2 WHERE consumer_id = $1',
      [consumerId, amountMinor],
    );
    return true;
  }

  async findReservation(mandateId: string): Promise<CreditReservation | null> {
    const [row] = await this.#tx.query<ReservationRow>(
      'SELECT * FROM credit_reservation WHERE mandate_id = $1',
      [mandateId],
    );
    if (row === undefined) return null;
    return {
      mandateId: row.mandate_id,
      consumerId: row.consumer_id ?? '',
      amountMinor: row.amount_minor,
      state: row.state,
    };
  }

  async reserve(request: Parameters<CreditBook['reserve']>[0]): Promise<boolean> {
    const { mandateId, consumerId, amountMinor } = request;
    const reserved = await this.#tx.query(
      `UPDATE credit_account SET reserved_minor = reserved_minor + $2
        WHERE consumer_id = $1 AND balance_minor - reserved_minor >= $2 RETURNING consumer_id`,
      [consumerId, amountMinor],
    );
    if (reserved.length === 0) return false;
    await this.#tx.query(
      `INSERT INTO credit_reservation (mandate_id, consumer_id, amount_minor, state)
       VALUES ($1, $2, $3, 'open')`,
      [mandateId, consumerId, amountMinor],
    );
    return true;
  }

  async close(mandateId: string, state: 'used' | 'released'): Promise<bigint> {
    // one that is not known yet may be on its way: it must not be reserved any more when it comes
    await this.#tx.query(
      `INSERT INTO credit_reservation (mandate_id, consumer_id, amount_minor, state)
       VALUES ($1, NULL, 0, 'released') ON CONFLICT DO NOTHING`,
      [mandateId],
    );
    const [row] = await this.#tx.query<{ amount: bigint }>(
      `WITH closed AS (
         UPDATE credit_reservation SET state = $2
          WHERE mandate_id = $1 AND state = 'open' RETURNING consumer_id, amount_minor
       ), freed AS (
         SELECT consumer_id, sum(amount_minor)::bigint AS amount FROM closed GROUP BY consumer_id
       )
       UPDATE credit_account SET reserved_minor = reserved_minor - freed.amount
         FROM freed WHERE credit_account.consumer_id = freed.consumer_id
       RETURNING freed.amount`,
      [mandateId, state],
    );
    return row?.amount ?? 0n;
  }

  async charge(
    entryId: string,
    consumerId: string,
    amountMinor: bigint,
    atMs: number,
  ): Promise<boolean> {
    const charged = await this.#tx.query(
      `UPDATE credit_account SET balance_minor = balance_minor - $2
        WHERE consumer_id = $1 AND balance_minor - reserved_minor >= $2 RETURNING consumer_id`,
      [consumerId, amountMinor],
    );
    return charged.length > 0 && (await this.#addEntry(entryId, consumerId, -amountMinor, atMs));
  }

  async inconsistent(): Promise<{ checked: number; consumerIds: string[] }> {
    const rows = await this.#tx.query<{ consumer_id: string; fits: boolean }>(
      `SELECT account.consumer_id,
              account.reserved_minor = coalesce((
                SELECT sum(amount_minor) FROM credit_reservation
                 WHERE consumer_id = account.consumer_id AND state = 'open'), 0)
          AND account.balance_minor = coalesce((
                SELECT sum(amount_minor) FROM credit_entry
                 WHERE consumer_id = account.consumer_id), 0) AS fits
         FROM credit_account AS account`,
    );
    return {
      checked: rows.length,
      consumerIds: rows.filter((row) => !row.fits).map((row) => row.consumer_id),
    };
  }

  async #addEntry(
    entryId: string,
    consumerId: string,
    amountMinor: bigint,
    atMs: number,
  ): Promise<boolean> {
    const rows = await this.#tx.query(
      `INSERT INTO credit_entry (entry_id, consumer_id, amount_minor, at) VALUES ($1, $2, $3, $4)
       ON CONFLICT DO NOTHING RETURNING entry_id`,
      [entryId, consumerId, amountMinor, new Date(atMs)],
    );
    return rows.length > 0;
  }
}
