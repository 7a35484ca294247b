import { RoamgridError } from '@roamgrid/kernel';
import { csvLinesOf, type CsvLine } from '../http/csv-reader.js';
import type { SpooledTable } from '../http/spooled-table.js';
import type { Import, ImportError, ImportProgress, Portal } from '../ports.js';
import type { JsonObject } from '../read-model/view.js';
import { RowLanes } from './row-lanes.js';

export type RowOutcome = 'created' | 'unchanged';
export type Row = Readonly<Record<string, string>>;

/** How one line becomes an object. */
export interface RowImporter {
  readonly kind: Import['kind'];
  readonly columns: readonly string[];
  readonly required: readonly string[];
  /** lines of one key are taken in the order of the file; others may overtake them */
  keyOf(row: Row): string;
  /**
   * With `dryRun` says what would become of the line and changes nothing. The same line again is
   * `unchanged`. @throws RoamgridError for a line that cannot be taken
   */
  importRow(row: Row, dryRun: boolean): Promise<RowOutcome>;
}

const ROWS_CAP = 200_000;
/** errors told one by one; the rest is counted */
const ERRORS_CAP = 1_000;
/** imports of a utility that run at a time; each has a table on disk */
const MOST_AT_ONCE = 4;
const SAVED_EVERY_MS = 500;

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

/** Goes through the whole table once, so that what is no table of these columns is refused at once. */
async function survey(
  importer: RowImporter,
  table: SpooledTable,
): Promise<{ header: string[]; rows: number }> {
  let header: string[] | null = null;
  let rows = 0;
  for await (const line of csvLinesOf(table.read())) {
    if (header === null) header = headerOf(line, importer);
    else rows += 1;
    if (rows > ROWS_CAP) {
      throw new RoamgridError('malformed_request', `more than ${String(ROWS_CAP)} lines`);
    }
  }
  return { header: header ?? headerOf(undefined, importer), rows };
}

interface Running {
  readonly portal: Portal;
  readonly importer: RowImporter;
  readonly header: readonly string[];
  readonly table: SpooledTable;
  readonly started: Import;
}

/** How far an import has come; shown at most twice a second, for each time its errors are written anew. */
class Progress {
  readonly #running: Running;
  readonly #counts: Record<'done' | RowOutcome | 'failed', number>;
  readonly #errors: ImportError[] = [];
  #savedAtMs: number;

  constructor(running: Running) {
    this.#running = running;
    this.#counts = { done: 0, created: 0, unchanged: 0, failed: 0 };
    this.#savedAtMs = running.portal.clock.now();
  }

  async note(outcome: RowOutcome | readonly ImportError[]): Promise<void> {
    if (typeof outcome === 'string') this.#counts[outcome] += 1;
    else {
      this.#counts.failed += 1;
      this.#errors.push(...outcome.slice(0, ERRORS_CAP - this.#errors.length));
    }
    this.#counts.done += 1;
    const nowMs = this.#running.portal.clock.now();
    if (nowMs - this.#savedAtMs < SAVED_EVERY_MS) return;
    this.#savedAtMs = nowMs;
    await this.save('running');
  }

  async save(state: Import['state']): Promise<void> {
    const { portal, started } = this.#running;
    const errors = this.#errors.toSorted((left, right) => left.line - right.line);
    const progress = { rows: started.progress.rows, ...this.#counts, errors };
    await portal.imports.save({ ...started, state, progress }, portal.clock.now());
  }
}

/** Every line, unless the process is about to end: the same table sent again goes on from there. */
async function takeAll(running: Running, progress: Progress): Promise<Import['state']> {
  const { portal, importer, header, table, started } = running;
  const lanes = new RowLanes();
  const take = async (line: CsvLine, row: Row): Promise<void> => {
    try {
      await progress.note(await importer.importRow(row, started.dryRun));
    } catch (error) {
      await progress.note(errorsOf(line.line, error));
    }
  };
  let isHeader = true;
  for await (const line of csvLinesOf(table.read())) {
    if (portal.ending.aborted) break;
    if (isHeader) {
      isHeader = false;
      continue;
    }
    let row: Row;
    try {
      row = rowOf(header, line);
    } catch (error) {
      await progress.note(errorsOf(line.line, error));
      continue;
    }
    await lanes.begin(importer.keyOf(row), () => take(line, row));
  }
  await lanes.end();
  return portal.ending.aborted ? 'failed' : 'done';
}

async function run(running: Running): Promise<void> {
  const { portal, started, table } = running;
  const progress = new Progress(running);
  let state: Import['state'] = 'failed';
  try {
    state = await takeAll(running, progress);
  } catch (error) {
    portal.log.error({ importId: started.importId, error: String(error) }, 'an import failed');
  } finally {
    await table.dispose();
  }
  await progress.save(state);
}

/**
 * Begins an import and answers at once; `readImport` tells how far it has come. A line that cannot be
 * taken is told with its number and keeps no other from being taken.
 *
 * @throws RoamgridError `malformed_request` for what is no table of these columns; `too_many_requests`
 */
export async function startImport(
  portal: Portal,
  importer: RowImporter,
  table: SpooledTable,
  dryRun: boolean,
): Promise<JsonObject> {
  if ((await portal.imports.countRunning()) >= MOST_AT_ONCE) {
    throw new RoamgridError('too_many_requests', 'other imports run still');
  }
  const { header, rows } = await survey(importer, table);
  const started: Import = {
    importId: portal.ids.uuid(),
    kind: importer.kind,
    dryRun,
    state: 'running',
    progress: { rows, done: 0, created: 0, unchanged: 0, failed: 0, errors: [] },
  };
  await portal.imports.save(started, portal.clock.now());
  table.keep();
  const running = run({ portal, importer, header, table, started })
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
