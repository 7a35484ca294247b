import { withClient } from './admin-connection.js';
import { startEmbeddedPostgres } from './start-embedded-postgres.js';
import type { EmbeddedPostgresOptions, PostgresServer } from './server.js';
import { DatabaseStartError } from './start-error.js';

/**
 * The given server where there is one, else the embedded one.
 * @throws DatabaseStartError when the given server does not answer or may not create databases
 */
export async function openPostgres(
  options: EmbeddedPostgresOptions & { readonly databaseUrl?: string | undefined },
): Promise<PostgresServer> {
  const { databaseUrl } = options;
  if (databaseUrl === undefined || databaseUrl === '') return startEmbeddedPostgres(options);
  await checkMayCreate(databaseUrl);
  return { url: databaseUrl, pid: null, stop: () => Promise.resolve() };
}

interface Rights {
  readonly may_create_databases: boolean;
  readonly may_create_roles: boolean;
}

async function checkMayCreate(databaseUrl: string): Promise<void> {
  const rights = await readRights(databaseUrl);
  if (rights?.may_create_databases !== true || !rights.may_create_roles) {
    throw new DatabaseStartError(
      'The user in DATABASE_URL needs the rights CREATEDB and CREATEROLE, or to be superuser',
    );
  }
}

async function readRights(databaseUrl: string): Promise<Rights | undefined> {
  try {
    return await withClient(databaseUrl, async (client) => {
      const result = await client.query<Rights>(
        `SELECT rolsuper OR rolcreatedb AS may_create_databases,
                rolsuper OR rolcreaterole AS may_create_roles
           FROM pg_roles WHERE rolname = current_user`,
      );
      return result.rows[0];
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.name : String(error);
    throw new DatabaseStartError(`The server in DATABASE_URL cannot be used: ${reason}`);
  }
}
