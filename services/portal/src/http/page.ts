import { RoamgridError } from '@roamgrid/kernel';
import { z } from 'zod';

const LIMIT_DEFAULT = 50;
const LIMIT_CAP = 500;

/** `?limit&cursor` of a list: 50 unless told, never more than 500. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'an integer from 1')
    .transform((text) => Math.min(Number(text), LIMIT_CAP))
    .default(LIMIT_DEFAULT)
    .describe('items a page; 50 unless told, 500 at most'),
  cursor: z.string().min(1).max(500).optional().describe('`nextCursor` of the page before; opaque'),
};

/** An answer's list. `nextCursor` is null on the last page. */
export interface Page {
  readonly items: readonly object[];
  readonly nextCursor: string | null;
}

/** The place in a list behind which the next page begins. */
export interface Position {
  readonly sortAtMs: bigint;
  readonly id: string;
}

export function writeCursor({ sortAtMs, id }: Position): string {
  return Buffer.from(`${String(sortAtMs)}.${id}`).toString('base64url');
}

/** @throws RoamgridError `malformed_request` for a cursor that we did not write */
export function readCursor(cursor: string): Position {
  const match = /^(-?\d{1,18})\.(.{1,64})$/s.exec(Buffer.from(cursor, 'base64url').toString());
  const [, sortAtMs, id] = match ?? [];
  if (sortAtMs === undefined || id === undefined) {
    throw new RoamgridError('malformed_request', 'the cursor is not one of ours', [
      { path: 'cursor', message: 'not a cursor of this list' },
    ]);
  }
  return { sortAtMs: BigInt(sortAtMs), id };
}

/** The `Link` header (RFC 8288) of an answer that has a next page; null for any other answer. */
export function nextLink(url: string, body: object): string | null {
  const cursor = 'nextCursor' in body ? body.nextCursor : null;
  if (typeof cursor !== 'string') return null;
  const [path = '', query = ''] = url.split('?');
  const parameters = new URLSearchParams(query);
  parameters.set('cursor', cursor);
  return `<${path}?${parameters.toString()}>; rel="next"`;
}
