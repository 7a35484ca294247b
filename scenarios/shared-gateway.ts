import pg from 'pg';

/** The cluster that `shared-gateway.setup.mjs` has started for the whole run. */
export interface SharedGateway {
  readonly port: number;
  readonly dataDir: string;
  /** of the server's administrator */
  readonly databaseUrl: string;
}

/** null where every story has a gateway of its own */
export function sharedGateway(): SharedGateway | null {
  const told = process.env['ROAMGRID_SHARED'];
  return told === undefined || told === '' ? null : (JSON.parse(told) as SharedGateway);
}

const IDLE_BOUND_MS = 45_000;
const POLL_MS = 100;
/** schema that keeps a copy of each table as it was after the first start */
const KEPT = 'kept_for_stories';

/**
 * Puts the databases back to what they were after the first start, so that each story begins with the same
 * consortium. The first story keeps the copy; the others come back to it once nothing is under way any more.
 */
export async function resetSharedGateway({ port, databaseUrl }: SharedGateway): Promise<void> {
  await waitUntilIdle(`http://127.0.0.1:${String(port)}/health/ready`);
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
