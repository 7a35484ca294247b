import { listWireLog } from '@roamgrid/contracts';
import { Table } from '../http/table.js';
import type { Portal } from '../ports.js';

interface WireLogQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly action?: string | undefined;
  readonly direction?: 'in' | 'out' | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const COLUMNS = ['at', 'direction', 'messageId', 'action', 'raw'];

/** A page of a station's wire log, redacted when it was written; what a frame lacks is left out. */
export async function readWireLog(
  portal: Portal,
  stationId: string,
  query: WireLogQuery,
): Promise<Table> {
  const { items, nextCursor } = await portal.bus.request(listWireLog, portal.utility, {
    stationId,
    limit: query.limit,
    cursor: query.cursor ?? null,
    action: query.action ?? null,
    direction: query.direction ?? null,
    from: query.from ?? null,
    to: query.to ?? null,
  });
  const rows = items.map(({ at, direction, messageId, action, raw }) => ({
    at,
    direction,
    ...(messageId === null ? {} : { messageId }),
    ...(action === null ? {} : { action }),
    raw,
  }));
  return new Table(COLUMNS, rows, { items: rows, nextCursor });
}
