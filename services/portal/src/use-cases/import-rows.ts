import { RoamgridError } from '@roamgrid/kernel';
import { readCsv, type CsvLine } from '../http/csv.js';
import type { Import, ImportError, ImportProgress, Portal } from '../ports.js';
import type { JsonObject } from '../read-model/view.js';

export type RowOutcome = 'created' | 'unchanged';

/** How one line becomes an object. */
export interface RowImporter {
  readonly kind: Import['kind'];
  readonly columns: readonly string[];
  readonly required: readonly string[];
  /**
   * With `dryRun` says what would become of the line and changes nothing. The same line again is
   * `unchanged`. @throws RoamgridError for a line that cannot be taken
   */
  importRow(row: Readonly<Record<string, string>>, dryRun: boolean): Promise<RowOutcome>;
}

const ROWS_CAP = 20_000;
/** errors told one by one; the rest is counted */
const ERRORS_CAP = 1_000;
const ROWS_PER_REPORT = 25;

function headerOf(line: CsvLine | undefined, { columns, required }: RowImporter): string[] {
  const header = (line?.cells ?? []).map((cell) => cell.trim());
  const unknown = header.filter((name) => !columns.includes(name));
  const twice = header.filter((name, index) => header.indexOf(name) !== index);
  const missing = required.filter((name) => !header.includes(name));
  const errors = [
    ...unknown.map((name) => ({
      path: name,
      message: `unknown column; known: ${columns.join(', ')}`,
    })),
    ...twice.map((name) => ({ path: name, message: 'stands twice' })),
    ...missing.map((name) => ({ path: name, message: 'is missing' })),
  ];
  if (errors.length === 0) return header;
  throw new RoamgridError('malformed_request', 'the first line does not name the columns', errors);
}

function rowOf(header: readonly string[], { cells }: CsvLine): Record<string, string> {
  if (cells.length !== header.length) {
    throw new RoamgridError(
      'malformed_request',
      `${String(cells.length)} cells where the first line has ${String(header.length)}`,
    );
  }
  const named = header.map((name, index) => [name, cells[index]?.trim() ?? ''] as const);
  return Object.fromEntries(named.filter(([, cell]) => cell !== ''));
}

function errorsOf(line: number, error: unknown): ImportError[] {
  if (!(error instanceof RoamgridError)) throw error;
  if (error.fields.length === 0)
    return [{ line, path: '', code: error.code, message: error.message }];
  return error.fields.map(({ path, message }) => ({ line, path, code: error.code, message }));
}

interface Running {
  readonly portal: Portal;
  readonly importer: RowImporter;
  readonly header: readonly string[];
  readonly lines: readonly CsvLine[];
  readonly started: Import;
}

async function run({ portal, importer, header, lines, started }: Running): Promise<void> {
  const progress = { ...started.progress, errors: [] as ImportError[] };
  const save = (state: Import['state']): Promise<void> =>
    portal.imports.save({ ...started, state, progress }, portal.clock.now());
  try {
    for (const line of lines) {
      try {
        const outcome = await importer.importRow(rowOf(header, line), started.dryRun);
        progress[outcome] += 1;
      } catch (error) {
        const found = errorsOf(line.line, error);
        progress.failed += 1;
        progress.errors.push(...found.slice(0, ERRORS_CAP - progress.errors.length));
      }
      progress.done += 1;
      if (progress.done % ROWS_PER_REPORT === 0) await save('running');
    }
    await save('done');
  } catch (error) {
    portal.log.error({ importId: started.importId, error: String(error) }, 'an import failed');
    await save('failed');
  }
}

/**
 * Begins an import and answers at once; `readImport` tells how far it has come. A line that cannot be
 * taken is told with its number and keeps no other from being taken.
 *
 * @throws RoamgridError `malformed_request` for what is no table of these columns
 */
export async function startImport(
  portal: Portal,
  importer: RowImporter,
  csv: string,
  dryRun: boolean,
): Promise<JsonObject> {
  const [first, ...lines] = readCsv(csv);
  const header = headerOf(first, importer);
  if (lines.length > ROWS_CAP) {
    throw new RoamgridError('malformed_request', `more than ${String(ROWS_CAP)} lines`);
  }
  const empty = { rows: lines.length, done: 0, created: 0, unchanged: 0, failed: 0, errors: [] };
  const started: Import = {
    importId: portal.ids.uuid(),
    kind: importer.kind,
    dryRun,
    state: 'running',
    progress: empty,
  };
  await portal.imports.save(started, portal.clock.now());
  const running = run({ portal, importer, header, lines, started })
    .catch((error: unknown) => {
      portal.log.error({ error: String(error) }, 'the outcome of an import was lost');
    })
    .finally(() => {
      portal.background.delete(running);
    });
  portal.background.add(running);
  return shown(started);
}

/** @throws RoamgridError `not_found` */
export async function readImport(portal: Portal, importId: string): Promise<JsonObject> {
  const found = await portal.imports.find(importId);
  if (found === null) throw new RoamgridError('not_found', 'no such object');
  return shown(found);
}

function shown({ progress, ...rest }: Import): JsonObject {
  return { ...rest, ...(progress satisfies ImportProgress) };
}
