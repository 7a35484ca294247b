import { prepared } from '@roamgrid/persistence';
import type { WireEntry } from '../ports.js';

/** Many frames in one statement, in their order; its parameters are {@link columnsOf} them. */
export const APPEND_ALL = prepared(
  `INSERT INTO wire_log (station_id, at, direction, protocol, message_id, action, raw, refusal,
     connection_id)
   SELECT station_id, at, direction, protocol, message_id, action, raw, refusal, connection_id
     FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[],
            $7::text[], $8::text[], $9::uuid[])
       WITH ORDINALITY AS entry (station_id, at, direction, protocol, message_id, action, raw,
         refusal, connection_id, place)
    ORDER BY place`,
);

/** The entries by column, as {@link APPEND_ALL} takes them. */
export function columnsOf(entries: readonly WireEntry[]): unknown[] {
  return [
    entries.map(({ stationId }) => stationId),
    entries.map(({ wire }) => wire.receivedAt),
    entries.map(({ direction }) => direction),
    entries.map(({ wire }) => wire.protocol),
    entries.map(({ wire }) => wire.messageId),
    entries.map(({ wire }) => wire.action),
    entries.map(({ wire }) => wire.raw),
    entries.map(({ refusal }) => refusal),
    entries.map(({ connectionId }) => connectionId ?? null),
  ];
}
