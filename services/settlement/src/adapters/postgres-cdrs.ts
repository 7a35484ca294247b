import type { SignedCdr } from '@roamgrid/contracts';
import { prepared, type Transaction } from '@roamgrid/persistence';
import type { CdrBook } from '../ports.js';
import type {
  CdrAnswerDocument,
  CdrDocument,
  CdrOrigin,
  CdrRecord,
  CdrRole,
  CdrState,
  SignedCdrAnswer,
} from '../records.js';
import { fromRow, toColumns, type DocumentRow } from './stored-document.js';

interface CdrRow extends DocumentRow {
  readonly role: CdrRole;
  readonly state: CdrState;
  readonly invoice_id: string | null;
  readonly charge_hash: string | null;
  readonly provider: string | null;
  readonly provider_share_minor: bigint;
}

const COLUMNS = `role, state, invoice_id, charge_hash, provider, provider_share_minor,
  document, document_hash, signature`;

const MEET_DIRECTION = prepared(
  `INSERT INTO direction (visited_utility, home_utility) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
);
const LOCK_DIRECTION = prepared(
  'SELECT 1 FROM direction WHERE visited_utility = $1 AND home_utility = $2 FOR UPDATE',
);

function toRecord(row: CdrRow): CdrRecord {
  return {
    cdr: fromRow<CdrDocument>(row),
    role: row.role,
    state: row.state,
    invoiceId: row.invoice_id,
    providerShare:
      row.provider === null ? null : { provider: row.provider, minor: row.provider_share_minor },
  };
}

export class PostgresCdrs implements CdrBook {
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  async find(cdrId: string): Promise<CdrRecord | null> {
    const [record] = await this.findMany([cdrId]);
    return record ?? null;
  }

  async findMany(cdrIds: readonly string[]): Promise<CdrRecord[]> {
    const rows = await this.#tx.query<CdrRow>(
      `SELECT ${COLUMNS} FROM cdr WHERE cdr_id = ANY($1::text[])`,
      [cdrIds],
    );
    return rows.map(toRecord);
  }

  async findBySession(
    sessionId: string,
  ): Promise<{ record: CdrRecord; chargeHash: string | null } | null> {
    const [row] = await this.#tx.query<CdrRow>(
      `SELECT ${COLUMNS} FROM cdr WHERE session_id = $1 ORDER BY sequence DESC LIMIT 1`,
      [sessionId],
    );
    return row === undefined ? null : { record: toRecord(row), chargeHash: row.charge_hash };
  }

  async nextSequence(visitedUtility: string, homeUtility: string): Promise<number> {
    const [row] = await this.#tx.query<{ last_sequence: number }>(
      `INSERT INTO direction (visited_utility, home_utility, last_sequence) VALUES ($1, $2, 1)
       ON CONFLICT (visited_utility, home_utility)
       DO UPDATE SET last_sequence = direction.last_sequence + 1
       RETURNING last_sequence`,
      [visitedUtility, homeUtility],
    );
    if (row === undefined) throw new RangeError('the direction gave no number');
    return row.last_sequence;
  }

  async lockDirection(visitedUtility: string, homeUtility: string): Promise<void> {
    const direction = [visitedUtility, homeUtility];
    this.#tx.write(MEET_DIRECTION, direction);
    await this.#tx.query(LOCK_DIRECTION, direction);
  }

  async findRival(cdr: Parameters<CdrBook['findRival']>[0]): Promise<string | null> {
    const [row] = await this.#tx.query<{ cdr_id: string }>(
      `SELECT cdr_id FROM cdr
        WHERE session_id = $1
           OR (visited_utility = $2 AND station_id = $3 AND transaction_id = $4)
           OR (visited_utility = $2 AND home_utility = $5 AND sequence = $6)
        LIMIT 1`,
      [
        cdr.sessionId,
        cdr.visitedUtility,
        cdr.stationId,
        cdr.transactionId,
        cdr.homeUtility,
        cdr.sequence,
      ],
    );
    return row?.cdr_id ?? null;
  }

  add(
    record: Omit<CdrRecord, 'invoiceId' | 'providerShare'>,
    origin: CdrOrigin | null,
  ): Promise<void> {
    const { document } = record.cdr;
    this.#tx.write(
      `INSERT INTO cdr (cdr_id, role, visited_utility, home_utility, station_id, transaction_id,
         session_id, sequence, end_at, currency, state, document, document_hash, signature,
         charge_hash, provider, provider_share_minor, provider_share_percentage)
       VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18)`,
      [
        document.cdrId,
        record.role,
        document.visitedUtility,
        document.homeUtility,
        document.stationId,
        document.transactionId,
        document.sessionId,
        document.sequence,
        document.endAt,
        document.currency,
        record.state,
        ...toColumns(record.cdr),
        origin?.chargeHash ?? null,
        origin?.provider ?? null,
        origin?.providerShareMinor ?? 0n,
        origin?.providerSharePercentage ?? null,
      ],
    );
    return Promise.resolve();
  }

  setState(cdrId: string, state: CdrState): Promise<void> {
    this.#tx.write('UPDATE cdr SET state = $2 WHERE cdr_id = $1', [cdrId, state]);
    return Promise.resolve();
  }

  async addAnswer(answer: SignedCdrAnswer): Promise<boolean> {
    const rows = await this.#tx.query(
      `INSERT INTO cdr_answer (cdr_id, document, document_hash, signature)
       VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING cdr_id`,
      [answer.document.cdrId, ...toColumns(answer)],
    );
    return rows.length > 0;
  }

  async lastAnswer({ document, documentHash }: SignedCdr): Promise<SignedCdrAnswer | null> {
    const [row] = await this.#tx.query<DocumentRow>(
      `SELECT document, document_hash, signature FROM cdr_answer
        WHERE cdr_id = $1 AND document::jsonb ->> 'cdrHash' = $2
        ORDER BY (document::jsonb ->> 'at')::timestamptz DESC LIMIT 1`,
      [document.cdrId, documentHash],
    );
    return row === undefined ? null : fromRow<CdrAnswerDocument>(row);
  }

  setInvoice(cdrIds: readonly string[], invoiceId: string | null): Promise<void> {
    this.#tx.write('UPDATE cdr SET invoice_id = $2 WHERE cdr_id = ANY($1::text[])', [
      cdrIds,
      invoiceId,
    ]);
    return Promise.resolve();
  }

  async waitingForInvoice(homeUtility: string, endedBefore: string): Promise<SignedCdr[]> {
    const rows = await this.#tx.query<DocumentRow>(
      `SELECT document, document_hash, signature FROM cdr
        WHERE role = 'visited' AND home_utility = $1 AND end_at < $2
          AND invoice_id IS NULL AND state IN ('open', 'accepted')
        ORDER BY sequence FOR UPDATE`,
      [homeUtility, endedBefore],
    );
    return rows.map((row) => fromRow<CdrDocument>(row));
  }

  async inSequenceRange(homeUtility: string, from: number, to: number): Promise<CdrRecord[]> {
    const rows = await this.#tx.query<CdrRow>(
      `SELECT ${COLUMNS} FROM cdr
        WHERE role = 'visited' AND home_utility = $1 AND sequence BETWEEN $2 AND $3
        ORDER BY sequence`,
      [homeUtility, from, to],
    );
    return rows.map(toRecord);
  }

  async page(afterCdrId: string, limit: number): Promise<CdrRecord[]> {
    const rows = await this.#tx.query<CdrRow>(
      `SELECT ${COLUMNS} FROM cdr WHERE cdr_id > $1 ORDER BY cdr_id LIMIT $2`,
      [afterCdrId, limit],
    );
    return rows.map(toRecord);
  }

  async repeated(): Promise<string[]> {
    const rows = await this.#tx.query<{ cdr_id: string }>(
      `SELECT cdr_id FROM (
         SELECT cdr_id, count(*) OVER (
                  PARTITION BY visited_utility, station_id, transaction_id) AS times
           FROM cdr WHERE state <> 'credited'
       ) AS counted WHERE times > 1 ORDER BY cdr_id`,
    );
    return rows.map((row) => row.cdr_id);
  }

  async directions(): ReturnType<CdrBook['directions']> {
    return this.#tx.query(
      `SELECT cdr.visited_utility AS "visitedUtility", cdr.home_utility AS "homeUtility",
              count(*)::integer AS count, max(cdr.sequence) AS greatest,
              coalesce(max(direction.last_sequence), 0) AS last
         FROM cdr LEFT JOIN direction USING (visited_utility, home_utility)
        GROUP BY cdr.visited_utility, cdr.home_utility`,
    );
  }
}
