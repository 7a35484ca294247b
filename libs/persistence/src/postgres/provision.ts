import pg from 'pg';
import { RoamgridError } from '@roamgrid/kernel';
import { quoteIdentifier } from '../database/identifiers.js';
import { withClient } from './admin-connection.js';
import { scramVerifier } from './scram.js';

const BUILTIN_LOCALES_SINCE = 170_000;
const DUPLICATE = new Set(['42P04', '42710', '42P06', '23505']);
/** 'prov' in ASCII */
const PROVISION_LOCK = 0x70726f76;

export interface ProvisionOptions {
  readonly database: string;
  readonly schemas: readonly string[];
  /** of the role `roleOf(database, schema)`; printable ASCII */
  readonly passwordOf: (role: string) => string;
  /** put on a database that is made now, never on one that was there; see {@link dropLabelled} */
  readonly label?: string | undefined;
}

/** The login role that owns a schema. Roles belong to a whole server, so the database is in it. */
export function roleOf(database: string, schema: string): string {
  const role = `${database}_${schema}`;
  quoteIdentifier(role);
  return role;
}

/** The URL under which a service reaches its schema, beside the administrator's URL. */
export function serviceUrl(
  adminUrl: string,
  options: { readonly database: string; readonly schema: string; readonly password: string },
): string {
  const url = new URL(adminUrl);
  url.pathname = `/${options.database}`;
  url.username = roleOf(options.database, options.schema);
  url.password = encodeURIComponent(options.password);
  return url.href;
}

/**
 * Makes, or brings up to date, one utility's database: one role and schema per service, each role
 * owner of its schema and of nothing else, and nobody else let in. Safe to run again and by
 * several processes at once.
 * @throws QueryError-like driver errors; RoamgridError `malformed_identifier`
 */
export async function provisionDatabase(
  adminUrl: string,
  options: ProvisionOptions,
): Promise<void> {
  quoteIdentifier(options.database);
  await withClient(adminUrl, async (admin) => {
    // roles are server-wide, so two utilities' provisioning must not meet either
    await admin.query('SELECT pg_advisory_lock($1)', [PROVISION_LOCK]);
    await createDatabase(admin, options);
    await inTransaction(admin, async () => {
      for (const schema of options.schemas) await createRole(admin, options, schema);
    });
    const url = new URL(adminUrl);
    url.pathname = `/${options.database}`;
    await withClient(url.href, (client) =>
      inTransaction(client, () => createSchemas(client, options)),
    );
  });
}

/** A hundred statements that each wait for the disk take seconds; together they wait once. */
async function inTransaction(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query('BEGIN');
  try {
    await work();
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
  await client.query('COMMIT');
}

/**
 * Drops every database that was made under a label, with whatever is connected to it. Databases of other
 * origin are never touched, so it is safe on a server that others use.
 *
 * @returns the names of what was dropped
 */
export async function dropLabelled(adminUrl: string, label: string): Promise<string[]> {
  const dropped: string[] = [];
  await withClient(adminUrl, async (admin) => {
    for (const datname of await labelledWith(admin, label)) {
      await admin.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(datname)} WITH (FORCE)`);
      dropped.push(datname);
    }
  });
  return dropped;
}

/** Takes a label off the databases that bear it: {@link dropLabelled} never finds them again. */
export async function removeLabel(adminUrl: string, label: string): Promise<void> {
  await withClient(adminUrl, async (admin) => {
    for (const datname of await labelledWith(admin, label)) {
      await admin.query(`COMMENT ON DATABASE ${quoteIdentifier(datname)} IS NULL`);
    }
  });
}

async function labelledWith(admin: pg.Client, label: string): Promise<string[]> {
  const { rows } = await admin.query<{ datname: string }>(
    `SELECT datname FROM pg_database
      WHERE shobj_description(oid, 'pg_database') = $1 ORDER BY datname`,
    [label],
  );
  return rows.map(({ datname }) => datname);
}

async function createDatabase(
  admin: pg.Client,
  { database, label }: Pick<ProvisionOptions, 'database' | 'label'>,
): Promise<void> {
  const found = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
  if (found.rows.length === 0) {
    const version = await admin.query<{ v: number }>(
      `SELECT current_setting('server_version_num')::int AS v`,
    );
    // one order of text everywhere, whatever the server's own locale is
    const locale =
      (version.rows[0]?.v ?? 0) >= BUILTIN_LOCALES_SINCE
        ? `LOCALE 'C' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'`
        : `LOCALE 'C'`;
    await ignoreDuplicate(
      admin.query(
        `CREATE DATABASE ${quoteIdentifier(database)} TEMPLATE template0 ENCODING 'UTF8' ${locale}`,
      ),
    );
    if (label !== undefined) {
      const quoted = pg.escapeLiteral(label);
      await admin.query(`COMMENT ON DATABASE ${quoteIdentifier(database)} IS ${quoted}`);
    }
  }
  await admin.query(`REVOKE ALL ON DATABASE ${quoteIdentifier(database)} FROM PUBLIC`);
}

async function createRole(
  admin: pg.Client,
  options: ProvisionOptions,
  schema: string,
): Promise<void> {
  const name = roleOf(options.database, schema);
  const role = quoteIdentifier(name);
  const database = quoteIdentifier(options.database);
  const found = await admin.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [name]);
  if (found.rows.length === 0) await admin.query(`CREATE ROLE ${role}`);
  const verifier = pg.escapeLiteral(scramVerifier(asciiPassword(options.passwordOf(name))));
  await admin.query(
    `ALTER ROLE ${role} LOGIN NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD ${verifier}`,
  );
  // an administrator who is no superuser must be a member to give the schema away
  await admin.query(`GRANT ${role} TO CURRENT_USER`);
  await admin.query(`GRANT CONNECT ON DATABASE ${database} TO ${role}`);
  await admin.query(
    `ALTER ROLE ${role} IN DATABASE ${database} SET search_path = ${quoteIdentifier(schema)}`,
  );
}

async function createSchemas(client: pg.Client, options: ProvisionOptions): Promise<void> {
  await client.query('REVOKE ALL ON SCHEMA public FROM PUBLIC');
  for (const schema of options.schemas) {
    const role = quoteIdentifier(roleOf(options.database, schema));
    await client.query(
      `CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)} AUTHORIZATION ${role}`,
    );
    await client.query(`REVOKE ALL ON SCHEMA ${quoteIdentifier(schema)} FROM PUBLIC`);
  }
}

function asciiPassword(password: string): string {
  if (!/^[\x21-\x7e]+$/.test(password)) {
    throw new RoamgridError('internal', 'A database password must be printable ASCII');
  }
  return password;
}

async function ignoreDuplicate(statement: Promise<unknown>): Promise<void> {
  try {
    await statement;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || !DUPLICATE.has(error.code ?? '')) throw error;
  }
}
