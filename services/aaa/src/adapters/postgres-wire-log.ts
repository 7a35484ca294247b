import type { listWireLog, ReplyOf, RequestOf } from '@roamgrid/contracts';
import { formatInstant, RoamgridError } from '@roamgrid/kernel';
import type { Database } from '@roamgrid/persistence';

interface WireRow {
  id: bigint;
  at: Date;
  direction: 'in' | 'out';
  message_id: string | null;
  action: string | null;
  raw: string;
}

/** What staff reads: the wire log. */
export class PostgresWireLog {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async list(request: RequestOf<typeof listWireLog>): Promise<ReplyOf<typeof listWireLog>> {
    const { stationId, limit, cursor, action, direction, from, to } = request;
    if (cursor !== null && !/^\d{1,18}$/.test(cursor)) {
      throw new RoamgridError('malformed_request', 'not a cursor of this list');
    }
    const rows = await this.#database.query<WireRow>(
      `SELECT id, at, direction, message_id, action, raw FROM wire_log
       WHERE station_id = $1 AND id > $2 AND ($4::text IS NULL OR action = $4)
         AND ($5::text IS NULL OR direction = $5) AND ($6::timestamptz IS NULL OR at >= $6)
         AND ($7::timestamptz IS NULL OR at < $7)
       ORDER BY id LIMIT $3`,
      [stationId, cursor ?? '0', limit + 1, action, direction, from, to],
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
}
