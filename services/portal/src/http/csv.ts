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
