import { RoamgridError } from '@roamgrid/kernel';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { writeCsv, type Cell } from './csv.js';

export const FORMATS = ['json', 'csv', 'jsonl'] as const;
export type Format = (typeof FORMATS)[number];

export const FORMAT_TYPES: Readonly<Record<Format, string>> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/x-ndjson; charset=utf-8',
};

/** `?format=` of an answer that can be had as a table; the Accept header asks for the same. */
export const formatQuery = {
  format: z.enum(FORMATS).optional().describe('as the Accept header says where it is absent'),
};

/** An answer that can be had as JSON, as CSV, or as one JSON value a line. */
export class Table {
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, Cell>>[];
  readonly json: object;

  /** @param json the whole answer where JSON is asked for */
  constructor(
    columns: readonly string[],
    rows: readonly Readonly<Record<string, Cell>>[],
    json: object,
  ) {
    this.columns = columns;
    this.rows = rows;
    this.json = json;
  }

  text(format: Exclude<Format, 'json'>): string {
    if (format === 'csv') return writeCsv(this.columns, this.rows);
    return this.rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  }
}

/** The first of our formats that the Accept header names; JSON where it names none. */
function accepted(header: string | undefined): Format {
  const wanted = (header ?? '').split(',').map((part) => part.split(';')[0]?.trim().toLowerCase());
  for (const type of wanted) {
    if (type === 'text/csv') return 'csv';
    if (type === 'application/x-ndjson' || type === 'application/jsonl') return 'jsonl';
    if (type === 'application/json') return 'json';
  }
  return 'json';
}

/** @throws RoamgridError `malformed_request` for a format that there is not */
export function formatOf(request: FastifyRequest): Format {
  const { format } = request.query as { format?: unknown };
  if (format === undefined) return accepted(request.headers.accept);
  const known = FORMATS.find((candidate) => candidate === format);
  if (known !== undefined) return known;
  throw new RoamgridError('malformed_request', 'the format is not known', [
    { path: 'format', message: FORMATS.join(', ') },
  ]);
}
