import type { StationRecordDocument } from '@roamgrid/contracts';
import type { Database, Transaction } from '@roamgrid/persistence';
import type { LimitBook, LimitOutcome, LiveCharge, PowerStore, ToldLimit } from '../power-ports.js';

interface ChargeRow {
  readonly session_id: string;
  readonly station_id: string;
  readonly connector_id: number;
  readonly transaction_id: string;
  readonly state: 'charging' | 'idle';
  readonly clause: { readonly priority: number; readonly powerSharePercentage?: string } | null;
  readonly limit_w: bigint | null;
  readonly outcome: LimitOutcome | null;
  readonly retry_at: Date | null;
}

export class PostgresPower implements PowerStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async limitedStations(): Promise<StationRecordDocument[]> {
    const rows = await this.#database.query<{ document: StationRecordDocument }>(
      `SELECT record->'document' AS document FROM stations
        WHERE record->'document' ? 'sitePower' ORDER BY station_id`,
    );
    return rows.map(({ document }) => document);
  }

  async liveCharges(stationIds: readonly string[]): Promise<LiveCharge[]> {
    const rows = await this.#database.query<ChargeRow>(
      `SELECT session_id, station_id, connector_id, transaction_id, state,
              terms->'quote'->'document'->'chargingPriority' AS clause,
              limit_w, outcome, retry_at
         FROM sessions LEFT JOIN power_limits USING (session_id)
        WHERE station_id = ANY($1) AND holds_connector AND state IN ('charging', 'idle')
          AND connector_id IS NOT NULL AND transaction_id IS NOT NULL
        ORDER BY started_at, session_id`,
      [stationIds],
    );
    return rows.map((row) => ({
      sessionId: row.session_id,
      stationId: row.station_id,
      connectorId: row.connector_id,
      transactionId: row.transaction_id,
      isIdle: row.state === 'idle',
      priority: row.clause?.priority ?? 0,
      powerSharePercentage: row.clause?.powerSharePercentage ?? null,
      told: toldOf(row),
    }));
  }
}

function toldOf({ limit_w: limitW, outcome, retry_at: retryAt }: ChargeRow): ToldLimit | null {
  if (limitW === null || outcome === null) return null;
  return { limitW, outcome, retryMs: retryAt?.getTime() ?? null };
}

export class PostgresLimits implements LimitBook {
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  async keep(sessionId: string, { limitW, outcome, retryMs }: ToldLimit): Promise<void> {
    await this.#tx.query(
      `INSERT INTO power_limits (session_id, limit_w, outcome, retry_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (session_id) DO UPDATE SET limit_w = $2, outcome = $3, retry_at = $4`,
      [sessionId, limitW, outcome, retryMs === null ? null : new Date(retryMs)],
    );
  }
}
