import { readFile } from 'node:fs/promises';
import pg from 'pg';

/** A gateway that `shared-gateway.setup.mjs` has started for the whole run. */
export interface SharedGateway {
  readonly port: number;
  readonly pid: number;
  readonly dataDir: string;
  /** file that it writes its output to */
  readonly output: string;
  /** of the server's administrator */
  readonly databaseUrl: string;
}

/** The one of this jest worker. @throws Error where the run has fewer gateways than workers */
export function sharedGateway(): SharedGateway {
  const worker = Number(process.env['JEST_WORKER_ID'] ?? '1');
  const started = JSON.parse(process.env['ROAMGRID_SHARED'] ?? '[]') as SharedGateway[];
  const gateway = started[worker - 1];
  if (gateway === undefined) throw new Error(`no gateway was started for worker ${String(worker)}`);
  return gateway;
}

const READY_BOUND_MS = 170_000;
const IDLE_BOUND_MS = 45_000;
const POLL_MS = 100;
/** schema that keeps a copy of each table as it was after the first start */
const KEPT = 'kept_for_stories';

/**
 * Puts the databases back to what they were after the first start, so that each story begins with the same
 * consortium. The first story keeps the copy; the others come back to it once nothing is under way any more.
 */
export async function resetSharedGateway(gateway: SharedGateway): Promise<void> {
  const { port, databaseUrl } = gateway;
  const url = `http://127.0.0.1:${String(port)}/health/ready`;
  await waitUntilReady(url, gateway);
  await waitUntilIdle(url);
  const names = await query<{ datname: string }>(
    databaseUrl,
    `SELECT datname FROM pg_database WHERE datname LIKE 'rg\\_%'`,
  );
  await Promise.all(
    names.map(({ datname }) => {
      const url = new URL(databaseUrl);
      url.pathname = `/${datname}`;
      return query(url.href, KEEP_OR_RESTORE);
    }),
  );
}

/** The first story of a worker comes before its gateway is up. */
async function waitUntilReady(url: string, { pid, output }: SharedGateway): Promise<void> {
  const deadlineMs = Date.now() + READY_BOUND_MS;
  while ((await fetch(url).catch(() => null))?.status !== 200) {
    if (!isRunning(pid) || Date.now() > deadlineMs) {
      throw new Error(`the shared gateway is not ready: ${await readFile(output, 'utf8')}`);
    }
    await new Promise((wake) => setTimeout(wake, POLL_MS));
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

interface Readiness {
  readonly parts?: readonly { readonly state: string; readonly detail?: string }[];
}

/** A story that leaves something undelivered on purpose is not waited for longer than this. */
async function waitUntilIdle(url: string): Promise<void> {
  const deadlineMs = Date.now() + IDLE_BOUND_MS;
  for (;;) {
    const { parts = [] } = (await (await fetch(url)).json()) as Readiness;
    const isIdle = parts.every(
      ({ state, detail = '' }) => state === 'up' && !/outbox [1-9]/.test(detail),
    );
    if ((isIdle && parts.length > 0) || Date.now() > deadlineMs) return;
    await new Promise((wake) => setTimeout(wake, POLL_MS));
  }
}

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Triggers and foreign keys rest meanwhile: append-only tables could not be emptied, and order would matter. */
const KEEP_OR_RESTORE = `
DO $$
DECLARE
  is_kept boolean := EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = '${KEPT}');
  t record;
BEGIN
  SET LOCAL session_replication_role = replica;
  SET LOCAL lock_timeout = '20s';
  IF NOT is_kept THEN CREATE SCHEMA ${KEPT}; END IF;
  FOR t IN
    SELECT n.nspname AS schema, c.relname AS name,
           string_agg(quote_ident(a.attname), ',' ORDER BY a.attnum) AS columns
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
           AND NOT a.attisdropped AND a.attgenerated = ''
     WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema$|${KEPT}$)'
     GROUP BY 1, 2
  LOOP
    IF is_kept THEN
      EXECUTE format('DELETE FROM %I.%I', t.schema, t.name);
      EXECUTE format('INSERT INTO %I.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM ${KEPT}.%I',
                     t.schema, t.name, t.columns, t.columns, t.schema || '.' || t.name);
    ELSE
      EXECUTE format('CREATE TABLE ${KEPT}.%I AS SELECT %s FROM %I.%I',
                     t.schema || '.' || t.name, t.columns, t.schema, t.name);
    END IF;
  END LOOP;
END $$`;
