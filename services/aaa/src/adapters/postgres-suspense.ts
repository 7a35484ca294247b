import { formatEnergyKwh, formatInstant, parseEnergyWh } from '@roamgrid/kernel';
import { json, type Transaction } from '@roamgrid/persistence';
import type { OpenSuspense, SuspenseBook, SuspenseEnd, SuspenseItem } from '../suspense-book.js';
import type { Outgoing } from './outgoing.js';

interface SuspenseRow {
  suspense_id: string;
  at: Date;
  station_id: string;
  session_id: string | null;
  transaction_id: string | null;
  code: string;
  detail: string;
  evidence: unknown;
}

/** Energy that the item sets aside; an item about a frame or a single reading sets none aside. */
function energyKwhOf(evidence: unknown): string {
  const energyWh =
    typeof evidence === 'object' && evidence !== null && 'energyWh' in evidence
      ? evidence.energyWh
      : null;
  return formatEnergyKwh(typeof energyWh === 'string' ? parseEnergyWh(energyWh) : 0n);
}

function fromRow(row: SuspenseRow): OpenSuspense {
  return {
    suspenseId: row.suspense_id,
    at: formatInstant(row.at.getTime()),
    stationId: row.station_id,
    sessionId: row.session_id,
    transactionId: row.transaction_id,
    code: row.code,
    detail: row.detail,
    energyKwh: energyKwhOf(row.evidence),
  };
}

/** Suspense inside one transaction: what is opened, joined or ended here is published with the commit. */
export class PostgresSuspense implements SuspenseBook {
  readonly #tx: Transaction;
  readonly #outgoing: Outgoing;
  readonly #onOpened: (code: string) => void;

  constructor(tx: Transaction, outgoing: Outgoing, onOpened: (code: string) => void) {
    this.#tx = tx;
    this.#outgoing = outgoing;
    this.#onOpened = onOpened;
  }

  async open(item: SuspenseItem): Promise<void> {
    const { evidence, atMs, ...shown } = item;
    await this.#tx.query(
      `INSERT INTO suspense (suspense_id, at, station_id, session_id, transaction_id, code, detail,
         evidence, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open')`,
      [
        item.suspenseId,
        new Date(atMs),
        item.stationId,
        item.sessionId,
        item.transactionId,
        item.code,
        item.detail,
        json(evidence),
      ],
    );
    this.#onOpened(item.code);
    this.#outgoing.projectSuspense({
      ...shown,
      at: formatInstant(atMs),
      energyKwh: energyKwhOf(evidence),
      state: 'open',
    });
  }

  async join(stationId: string, transactionId: string): Promise<void> {
    const rows = await this.#tx.query<SuspenseRow>(
      `UPDATE suspense SET state = 'joined' WHERE station_id = $1 AND transaction_id = $2
         AND code IN ('start_missing', 'driver_unknown') AND state = 'open' RETURNING *`,
      [stationId, transactionId],
    );
    for (const row of rows) this.#outgoing.projectSuspense({ ...fromRow(row), state: 'joined' });
  }

  async isOpen(stationId: string, transactionId: string, code: string): Promise<boolean> {
    const rows = await this.#tx.query(
      `SELECT 1 FROM suspense WHERE station_id = $1 AND transaction_id = $2 AND code = $3
         AND state = 'open' LIMIT 1`,
      [stationId, transactionId, code],
    );
    return rows.length > 0;
  }

  async isKnown(suspenseId: string): Promise<boolean> {
    const rows = await this.#tx.query('SELECT 1 FROM suspense WHERE suspense_id::text = $1', [
      suspenseId,
    ]);
    return rows.length > 0;
  }

  async lockOpen(suspenseId: string): Promise<OpenSuspense | null> {
    const [row] = await this.#tx.query<SuspenseRow>(
      `SELECT * FROM suspense WHERE suspense_id::text = $1 AND state = 'open' FOR UPDATE`,
      [suspenseId],
    );
    return row === undefined ? null : fromRow(row);
  }

  async end(item: OpenSuspense, state: SuspenseEnd, resolution: unknown): Promise<void> {
    await this.#tx.query(
      `UPDATE suspense SET state = $2, resolution = $3 WHERE suspense_id::text = $1`,
      [item.suspenseId, state, json(resolution)],
    );
    this.#outgoing.projectSuspense({ ...item, state, resolution });
  }

  async openOf(sessionId: string): Promise<OpenSuspense[]> {
    const rows = await this.#tx.query<SuspenseRow>(
      `SELECT * FROM suspense WHERE session_id = $1 AND state = 'open' ORDER BY at, suspense_id
         FOR UPDATE`,
      [sessionId],
    );
    return rows.map(fromRow);
  }
}
