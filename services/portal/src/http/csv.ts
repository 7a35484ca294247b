import { RoamgridError } from '@roamgrid/kernel';

/** A spreadsheet would run a cell that begins like this; a plain figure is none of them. */
const FORMULA = /^[=+\-@\t\r]/;
const FIGURE = /^-?\d+(\.\d+)?$/;
const NEEDS_QUOTES = /[",\r\n]/;

export type Cell = string | number | boolean | null;

function cellText(cell: Cell): string {
  if (cell === null) return '';
  const text = String(cell);
  const harmless = FORMULA.test(text) && !FIGURE.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** RFC 4180: a header line, CRLF, quotes where they are needed; no cell is a formula. */
export function writeCsv(
  columns: readonly string[],
  rows: readonly Readonly<Record<string, Cell>>[],
): string {
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? null))];
  return lines.map((line) => `${line.map(cellText).join(',')}\r\n`).join('');
}

/** A line of a CSV file, with its number as editors count it. */
export interface CsvLine {
  readonly line: number;
  readonly cells: readonly string[];
}

interface Scan {
  readonly lines: CsvLine[];
  cells: string[];
  cell: string;
  isQuoted: boolean;
  line: number;
  startLine: number;
}

function endCell(scan: Scan): void {
  scan.cells.push(scan.cell);
  scan.cell = '';
}

function endLine(scan: Scan): void {
  endCell(scan);
  const isBlank = scan.cells.length === 1 && scan.cells[0]?.trim() === '';
  if (!isBlank) scan.lines.push({ line: scan.startLine, cells: scan.cells });
  scan.cells = [];
  scan.startLine = scan.line;
}

/** One character outside or inside quotes; gives how many characters were read. */
function step(scan: Scan, text: string, place: number): number {
  const char = text[place] ?? '';
  if (char === '\n') scan.line += 1;
  if (scan.isQuoted) {
    if (char !== '"') scan.cell += char;
    else if (text[place + 1] === '"') scan.cell += '"';
    else scan.isQuoted = false;
    return char === '"' && scan.isQuoted ? 2 : 1;
  }
  if (char === '"' && scan.cell === '') scan.isQuoted = true;
  else if (char === ',') endCell(scan);
  else if (char === '\n') endLine(scan);
  else if (char !== '\r') scan.cell += char;
  return 1;
}

/**
 * Reads RFC 4180: quotes, CRLF or LF, a byte order mark before it; blank lines are left out.
 *
 * @throws RoamgridError `malformed_request` where a quote is never closed
 */
export function readCsv(text: string): CsvLine[] {
  const scan: Scan = { lines: [], cells: [], cell: '', isQuoted: false, line: 1, startLine: 1 };
  let place = text.startsWith('\uFEFF') ? 1 : 0;
  while (place < text.length) place += step(scan, text, place);
  if (scan.isQuoted) {
    throw new RoamgridError('malformed_request', 'the body is not CSV', [
      { path: String(scan.startLine), message: 'a quote is never closed' },
    ]);
  }
  if (scan.cell !== '' || scan.cells.length > 0) endLine(scan);
  return scan.lines;
}
