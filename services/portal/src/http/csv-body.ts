import type { IncomingMessage } from 'node:http';
import { RoamgridError } from '@roamgrid/kernel';

/** the content type of a table */
export const CSV = /^text\/csv\s*(;|$)/i;
/** what can be sent as one object or as a table of many */
const TABLES = /^(\/[a-z0-9-]+\/api\/v1)\/(consumers|tariffs)(\?|$)/;

/** @throws RoamgridError `unsupported_media_type` */
export function checkCsvType(contentType: string | undefined): void {
  if (CSV.test((contentType ?? '').trim())) return;
  throw new RoamgridError('unsupported_media_type', 'a table is sent as text/csv');
}

/** `POST /consumers` with a table in place of an object is an import. */
export function addressOf(request: IncomingMessage): string {
  const url = request.url ?? '/';
  if (request.method !== 'POST' || !CSV.test((request.headers['content-type'] ?? '').trim())) {
    return url;
  }
  return url.replace(TABLES, '$1/imports/$2$3');
}
