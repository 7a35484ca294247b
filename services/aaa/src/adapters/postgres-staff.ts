import {
  project,
  subjectOf,
  type listWireLog,
  type ReplyOf,
  type RequestOf,
  type resolveSuspense,
} from '@roamgrid/contracts';
import { formatInstant, RoamgridError } from '@roamgrid/kernel';
import { json, type Database } from '@roamgrid/persistence';
import type { Clock } from '@roamgrid/platform';

interface WireRow {
  id: bigint;
  at: Date;
  direction: 'in' | 'out';
  message_id: string | null;
  action: string | null;
  raw: string;
}

/** What staff reads and ends: the wire log and suspense. */
export class PostgresStaff {
  readonly #database: Database;
  readonly #utility: string;
  readonly #clock: Clock;

  constructor(database: Database, utility: string, clock: Clock) {
    this.#database = database;
    this.#utility = utility;
    this.#clock = clock;
  }

  async listWireLog(request: RequestOf<typeof listWireLog>): Promise<ReplyOf<typeof listWireLog>> {
    const { stationId, limit, cursor } = request;
    if (cursor !== null && !/^\d{1,18}$/.test(cursor)) {
      throw new RoamgridError('malformed_request', 'not a cursor of this list');
    }
    const rows = await this.#database.query<WireRow>(
      `SELECT id, at, direction, message_id, action, raw FROM wire_log
       WHERE station_id = $1 AND id > $2 ORDER BY id LIMIT $3`,
      [stationId, cursor ?? '0', limit + 1],
    );
    const items = rows.slice(0, limit);
    return {
      items: items.map((row) => ({
        at: formatInstant(row.at.getTime()),
        direction: row.direction,
        messageId: row.message_id,
        action: row.action,
        raw: row.raw,
      })),
      nextCursor: rows.length > limit ? String(items.at(-1)?.id ?? '') : null,
    };
  }

  async resolveSuspense(
    request: RequestOf<typeof resolveSuspense>,
  ): Promise<ReplyOf<typeof resolveSuspense>> {
    const { suspenseId, note, by, resolution } = request;
    const at = formatInstant(this.#clock.now());
    await this.#database.transaction(async (tx) => {
      const [row] = await tx.query<{
        at: Date;
        station_id: string;
        session_id: string | null;
        transaction_id: string | null;
        code: string;
        detail: string;
      }>(
        `UPDATE suspense SET state = $2, resolution = $3
         WHERE suspense_id::text = $1 AND state = 'open' RETURNING *`,
        [suspenseId, resolution, json({ note, by, at })],
      );
      if (row === undefined)
        throw new RoamgridError('not_found', 'no open suspense item has this id');
      await tx.enqueue({
        to: this.#utility,
        subject: subjectOf(project),
        key: `suspense:${suspenseId}`,
        payload: {
          kind: 'suspense',
          id: suspenseId,
          facet: 'aaa',
          sortAt: formatInstant(row.at.getTime()),
          data: {
            suspenseId,
            at: formatInstant(row.at.getTime()),
            stationId: row.station_id,
            sessionId: row.session_id,
            transactionId: row.transaction_id,
            code: row.code,
            detail: row.detail,
            state: resolution,
            resolution: { note, by, at },
          },
        },
      });
    });
    return { suspenseId, state: resolution };
  }
}
