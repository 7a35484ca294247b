import type { CurrencyCode } from '@roamgrid/kernel';
import { json, type Transaction } from '@roamgrid/persistence';
import type {
  BankBook,
  BankItemRecord,
  BankItemState,
  PaidOrder,
  PayoutHead,
  StatementHead,
} from '../bank/ports.js';
import {
  ITEM_COLUMNS,
  toItem,
  toPayout,
  toStatement,
  type ItemRow,
  type PayoutRow,
  type StatementRow,
} from './bank-rows.js';

export class PostgresBank implements BankBook {
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  async lockAccount(account: string): Promise<void> {
    await this.#tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `bank account ${account}`,
    ]);
  }

  async findStatement(account: string, statementId: string): Promise<StatementHead | null> {
    const [row] = await this.#tx.query<StatementRow>(
      'SELECT * FROM bank_statement WHERE account = $1 AND statement_id = $2',
      [account, statementId],
    );
    return row === undefined ? null : toStatement(row);
  }

  async addStatement(head: StatementHead): Promise<void> {
    await this.#tx.query(
      `INSERT INTO bank_statement (account, statement_id, currency, opening_balance,
         closing_balance, content_hash, read_at, read_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        head.account,
        head.statementId,
        head.currency,
        head.openingBalance,
        head.closingBalance,
        head.contentHash,
        new Date(head.readAtMs),
        head.readBy,
      ],
    );
  }

  async findPayout(provider: string, payoutId: string): Promise<PayoutHead | null> {
    const [row] = await this.#tx.query<PayoutRow>(
      'SELECT * FROM card_payout WHERE provider = $1 AND payout_id = $2 FOR UPDATE',
      [provider, payoutId],
    );
    return row === undefined ? null : toPayout(row);
  }

  async payoutsNamed(payoutId: string): Promise<PayoutHead[]> {
    const rows = await this.#tx.query<PayoutRow>(
      'SELECT * FROM card_payout WHERE payout_id = $1 ORDER BY provider FOR UPDATE',
      [payoutId],
    );
    return rows.map(toPayout);
  }

  async addPayout(head: PayoutHead): Promise<void> {
    await this.#tx.query(
      `INSERT INTO card_payout (provider, payout_id, currency, gross, fees, net, paid_at,
         content_hash, read_at, read_by, matched, state)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        head.provider,
        head.payoutId,
        head.currency,
        head.gross,
        head.fees,
        head.net,
        head.paidAt,
        head.contentHash,
        new Date(head.readAtMs),
        head.readBy,
        head.matched,
        head.state,
      ],
    );
  }

  async setMatched(provider: string, payoutId: string, matched: number): Promise<void> {
    await this.#tx.query(
      'UPDATE card_payout SET matched = $3 WHERE provider = $1 AND payout_id = $2',
      [provider, payoutId, matched],
    );
  }

  async setPaid(provider: string, payoutId: string): Promise<void> {
    await this.#tx.query(
      `UPDATE card_payout SET state = 'paid' WHERE provider = $1 AND payout_id = $2`,
      [provider, payoutId],
    );
  }

  async addItem(item: BankItemRecord): Promise<void> {
    await this.#tx.query(
      `INSERT INTO bank_item (${ITEM_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
         $11, $12, $13, $14, $15, $16, $17, $18)`,
      [
        item.itemId,
        item.source,
        item.account,
        item.statementId,
        item.reference,
        item.endToEndId,
        item.direction,
        item.amountMinor,
        item.currency,
        new Date(item.bookedAtMs),
        item.remittance,
        item.state,
        item.reason,
        item.detail,
        item.paymentId,
        item.settlementId,
        item.partner,
        item.resolution === null ? null : json(item.resolution),
      ],
    );
  }

  async itemsOf(
    source: BankItemRecord['source'],
    account: string,
    statementId: string,
  ): Promise<BankItemRecord[]> {
    const rows = await this.#tx.query<ItemRow>(
      `SELECT * FROM bank_item WHERE source = $1 AND account = $2 AND statement_id = $3
        ORDER BY number`,
      [source, account, statementId],
    );
    return rows.map(toItem);
  }

  async lockItem(itemId: string): Promise<BankItemRecord | null> {
    const [row] = await this.#tx.query<ItemRow>(
      'SELECT * FROM bank_item WHERE item_id = $1 FOR UPDATE',
      [itemId],
    );
    return row === undefined ? null : toItem(row);
  }

  async change(item: Parameters<BankBook['change']>[0]): Promise<void> {
    await this.#tx.query(
      `UPDATE bank_item SET state = $2, reason = $3, payment_id = $4, settlement_id = $5,
              partner = $6, resolution = $7
        WHERE item_id = $1`,
      [
        item.itemId,
        item.state,
        item.reason,
        item.paymentId,
        item.settlementId,
        item.partner,
        item.resolution === null ? null : json(item.resolution),
      ],
    );
  }

  async isTaken(paymentId: string): Promise<boolean> {
    const rows = await this.#tx.query(
      `SELECT 1 FROM bank_item WHERE payment_id = $1
          AND (state = 'matched' OR (state = 'resolved' AND resolution->>'kind' = 'settles'))
        LIMIT 1`,
      [paymentId],
    );
    return rows.length > 0;
  }

  async waitingFor(endToEndId: string): Promise<BankItemRecord[]> {
    const rows = await this.#tx.query<ItemRow>(
      `SELECT * FROM bank_item WHERE lower(end_to_end_id) = lower($1) AND state = 'suspense'
          AND source = 'statement' AND reason = 'reference_unknown' ORDER BY number FOR UPDATE`,
      [endToEndId],
    );
    return rows.map(toItem);
  }

  async page(
    state: BankItemState | null,
    after: string | null,
    limit: number,
  ): Promise<{ items: BankItemRecord[]; next: string | null }> {
    const rows = await this.#tx.query<ItemRow>(
      `SELECT * FROM bank_item WHERE ($1::text IS NULL OR state = $1)
          AND ($2::bigint IS NULL OR number < $2) ORDER BY number DESC LIMIT $3`,
      [state, after, limit + 1],
    );
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return { items: shown.map(toItem), next: last === undefined ? null : String(last.number) };
  }

  async unresolvedSums(): Promise<{ checked: number; sums: Map<CurrencyCode, bigint> }> {
    const rows = await this.#tx.query<{ currency: CurrencyCode; minor: bigint; items: number }>(
      `SELECT currency, count(*)::integer AS items,
              sum(CASE direction WHEN 'credit' THEN -amount_minor ELSE amount_minor END)::bigint
                AS minor
         FROM bank_item WHERE state IN ('suspense', 'proposed') GROUP BY currency`,
    );
    return {
      checked: rows.reduce((sum, { items }) => sum + items, 0),
      sums: new Map(rows.map(({ currency, minor }) => [currency, minor])),
    };
  }

  async findOrder(order: string): Promise<PaidOrder | null> {
    const [row] = await this.#tx.query<{
      order_key: string;
      state: string;
      currency: CurrencyCode;
      minor: bigint;
    }>(
      `SELECT order_key, state, currency,
              CASE operation WHEN 'refund' THEN -amount_minor ELSE amount_minor END AS minor
         FROM card_order WHERE (order_key = $1 OR reference = $1)
          AND operation IN ('capture', 'charge', 'refund') FOR UPDATE`,
      [order],
    );
    if (row === undefined) return null;
    const { order_key: key, state, currency, minor } = row;
    return { key, isDone: state === 'done', currency, amountMinor: minor };
  }

  async takeOrder(orderKey: string, provider: string, payoutId: string): Promise<boolean> {
    const rows = await this.#tx.query(
      `INSERT INTO card_payout_line (order_key, provider, payout_id) VALUES ($1, $2, $3)
       ON CONFLICT DO NOTHING RETURNING order_key`,
      [orderKey, provider, payoutId],
    );
    return rows.length > 0;
  }
}
