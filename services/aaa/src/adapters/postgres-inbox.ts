import { RoamgridError } from '@roamgrid/kernel';
import { json, type Transaction } from '@roamgrid/persistence';
import type { Inbox, InboxEntry } from '../ports.js';
import type { TransactionEvent } from '../session/session.js';

interface InboxRow {
  payload_hash: string;
  event: TransactionEvent;
  transaction_id: string;
  session_id: string | null;
  reply: InboxEntry['reply'];
}

/** Raw events by their natural keys, each with what was answered. */
export class PostgresInbox implements Inbox {
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  async lock(stationId: string, naturalKey: string): Promise<InboxEntry | null> {
    // two deliveries of one event at once: the second waits here and then finds the first's answer
    await this.#tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `${stationId} ${naturalKey}`,
    ]);
    return this.find(stationId, naturalKey);
  }

  async find(stationId: string, naturalKey: string): Promise<InboxEntry | null> {
    const [row] = await this.#tx.query<InboxRow>(
      'SELECT * FROM inbox WHERE station_id = $1 AND natural_key = $2',
      [stationId, naturalKey],
    );
    if (row === undefined) return null;
    return {
      payloadHash: row.payload_hash,
      event: row.event,
      transactionId: row.transaction_id,
      sessionId: row.session_id,
      reply: row.reply,
    };
  }

  async keep(naturalKey: string, entry: InboxEntry, setAside: boolean): Promise<void> {
    await this.#tx.query(
      `INSERT INTO inbox (station_id, natural_key, payload_hash, received_at, event, transaction_id,
         session_id, reply, set_aside) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        entry.event.stationId,
        naturalKey,
        entry.payloadHash,
        entry.event.wire.receivedAt,
        json(entry.event),
        entry.transactionId,
        entry.sessionId,
        json(entry.reply),
        setAside,
      ],
    );
  }

  async unjoined(stationId: string, transactionId: string): Promise<TransactionEvent[]> {
    const rows = await this.#tx.query<{ event: TransactionEvent }>(
      `SELECT event FROM inbox WHERE station_id = $1 AND transaction_id = $2 AND session_id IS NULL
         AND NOT set_aside
       ORDER BY received_at, natural_key`,
      [stationId, transactionId],
    );
    return rows.map((row) => row.event);
  }

  async join(stationId: string, transactionId: string, sessionId: string): Promise<void> {
    await this.#tx.query(
      `UPDATE inbox SET session_id = $3
       WHERE station_id = $1 AND transaction_id = $2 AND session_id IS NULL AND NOT set_aside`,
      [stationId, transactionId, sessionId],
    );
  }

  async sequenceNumbers(stationId: string, transactionId: string): Promise<number[]> {
    const rows = await this.#tx.query<{ number: bigint }>(
      `SELECT DISTINCT (event->>'sequenceNumber')::bigint AS number FROM inbox
       WHERE station_id = $1 AND transaction_id = $2 AND NOT set_aside
         AND event->>'sequenceNumber' IS NOT NULL`,
      [stationId, transactionId],
    );
    return rows.map((row) => Number(row.number));
  }

  async reusedStart(stationId: string, transactionId: string): Promise<TransactionEvent | null> {
    const [row] = await this.#tx.query<{ event: TransactionEvent }>(
      `SELECT event FROM inbox WHERE station_id = $1 AND transaction_id = $2 AND set_aside
         AND event->>'step' = 'started' AND reply->>'quarantined' = 'transaction_reused'
       ORDER BY received_at DESC LIMIT 1`,
      [stationId, transactionId],
    );
    return row?.event ?? null;
  }

  async lockTransaction(stationId: string, transactionId: string): Promise<void> {
    await this.#tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 1))', [
      `${stationId} ${transactionId}`,
    ]);
  }

  async nextTransactionNumber(): Promise<number> {
    const [row] = await this.#tx.query<{ number: bigint }>(
      `SELECT nextval('transaction_numbers') AS number`,
    );
    if (row === undefined) throw new RoamgridError('internal', 'the sequence gave no number');
    return Number(row.number);
  }
}
