import { bankStatement, type BankStatement } from '@roamgrid/contracts';
import { readCsv } from '../http/csv-reader.js';
import { readShape, refuseStatement } from './refuse-statement.js';

const STATEMENT_COLUMNS = [
  'statementId',
  'account',
  'currency',
  'openingBalance',
  'closingBalance',
] as const;
const ENTRY_COLUMNS = [
  'reference',
  'endToEndId',
  'direction',
  'amount',
  'isReturn',
  'bookedAt',
  'remittance',
] as const;
const COLUMNS = [...STATEMENT_COLUMNS, ...ENTRY_COLUMNS];

/**
 * Reads a statement from CSV: a line an entry, the statement's own columns the same in each. A statement without
 * entries is one line whose entry columns are empty.
 *
 * @throws RoamgridError `malformed_request`, naming line and column; never a content
 */
export function readCsvStatement(text: string): BankStatement {
  const [header, ...lines] = readCsv(text);
  const missing = COLUMNS.filter((column) => header?.cells.includes(column) !== true);
  if (missing.length > 0 || header?.cells.length !== COLUMNS.length) {
    refuseStatement('1', `the first line names the columns ${COLUMNS.join(', ')}`);
  }
  const rows = lines.map(({ line, cells }) => {
    if (cells.length !== COLUMNS.length) refuseStatement(String(line), 'has other columns');
    const row: Record<string, string> = {};
    for (const [index, name] of header.cells.entries()) row[name] = cells[index] ?? '';
    return { line, row };
  });
  const [first] = rows;
  if (first === undefined) return refuseStatement('2', 'a statement has one line at least');
  const head = (row: Record<string, string>) => STATEMENT_COLUMNS.map((name) => row[name] ?? '');
  for (const { line, row } of rows) {
    if (head(row).join('\n') !== head(first.row).join('\n')) {
      refuseStatement(String(line), 'is of another statement than the first line');
    }
  }
  const isEmpty = rows.length === 1 && ENTRY_COLUMNS.every((name) => first.row[name] === '');
  return readShape(bankStatement, {
    ...Object.fromEntries(STATEMENT_COLUMNS.map((name) => [name, first.row[name]])),
    entries: isEmpty ? [] : rows.map(({ row }) => entryOf(row)),
  });
}

const orNull = (cell: string | undefined): string | null =>
  cell === undefined || cell === '' ? null : cell;

function entryOf(row: Readonly<Record<string, string>>): object {
  const isReturn = orNull(row['isReturn']) ?? 'false';
  return {
    reference: orNull(row['reference']),
    endToEndId: orNull(row['endToEndId']),
    direction: row['direction'],
    amount: row['amount'],
    isReturn: isReturn === 'true' ? true : isReturn === 'false' ? false : isReturn,
    bookedAt: row['bookedAt'],
    remittance: orNull(row['remittance']),
  };
}
