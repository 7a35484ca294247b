import { randomBytes } from 'node:crypto';
import { mkdtemp, chmod, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../database/database.js';
import { migrateSchema, type MigrationClass } from '../database/data-source.js';
import { withClient } from '../postgres/admin-connection.js';
import { provisionDatabase, roleOf, serviceUrl } from '../postgres/provision.js';
import { removeDataDir } from '../postgres/remove-data-dir.js';
import type { PostgresServer } from '../postgres/server.js';
import { startEmbeddedPostgres } from '../postgres/start-embedded-postgres.js';

const TRAVERSABLE = 0o755;
const TEST_CONNECTIONS = 100;

/** A throw-away server for one test file: no fsync, gone with its folder at `stop()`. */
export async function startTestPostgres({
  maxConnections = TEST_CONNECTIONS,
}: { readonly maxConnections?: number } = {}): Promise<PostgresServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'roamgrid-test-'));
  // as root the server runs under another account, which has to get in
  await chmod(dataDir, TRAVERSABLE);
  const server = await startIn(dataDir, maxConnections);
  return {
    url: server.url,
    pid: server.pid,
    stop: async () => {
      await server.stop();
      await removeDataDir(dataDir);
    },
  };
}

async function startIn(dataDir: string, maxConnections: number): Promise<PostgresServer> {
  try {
    return await startEmbeddedPostgres({
      dataDir,
      durable: false,
      maxConnections,
      log: () => undefined,
    });
  } catch (error) {
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  }
}

/** A fresh database with one schema, and how to be rid of it. */
export interface TestDatabase {
  readonly database: Database;
  /** the schema role's URL */
  readonly url: string;
  readonly name: string;
  /** closes the connections and drops the database and its role */
  drop(): Promise<void>;
}

interface SchemaUnderTest {
  readonly schema: string;
  readonly migrations: readonly MigrationClass[];
}

/** by server, schema and migrations: a database that was migrated once, to be copied */
const templates = new Map<string, Promise<string>>();

/** One fresh database per suite on a server from {@link startTestPostgres}. */
export async function testDatabase(
  server: PostgresServer,
  options: SchemaUnderTest,
): Promise<TestDatabase> {
  const { schema } = options;
  const template = await templateOf(server, options);
  const name = newName();
  const password = randomBytes(16).toString('hex');
  await copyDatabase(server.url, { template, name, schema, password });
  const url = serviceUrl(server.url, { database: name, schema, password });
  const database = new Database({
    url,
    schema,
    applicationName: `test ${schema}`,
    random: Math.random,
  });
  return {
    database,
    url,
    name,
    drop: async () => {
      await database.close();
      await dropDatabase(server.url, name, roleOf(name, schema));
    },
  };
}

const newName = (): string => `test_${randomBytes(6).toString('hex')}`;

function templateOf(server: PostgresServer, options: SchemaUnderTest): Promise<string> {
  const { schema, migrations } = options;
  const key = [server.url, schema, ...migrations.map(({ name }) => name)].join(' ');
  const known = templates.get(key);
  if (known !== undefined) return known;
  const made = makeTemplate(server, options);
  templates.set(key, made);
  return made;
}

async function makeTemplate(
  server: PostgresServer,
  { schema, migrations }: SchemaUnderTest,
): Promise<string> {
  const name = newName();
  const password = randomBytes(16).toString('hex');
  await provisionDatabase(server.url, {
    database: name,
    schemas: [schema],
    passwordOf: () => password,
  });
  await migrateSchema({
    url: serviceUrl(server.url, { database: name, schema, password }),
    schema,
    applicationName: `test ${schema}`,
    migrations,
  });
  return name;
}

interface Copy {
  readonly template: string;
  readonly name: string;
  readonly schema: string;
  readonly password: string;
}

/** A role stands for a database, so that all that was copied changes its owner. */
async function copyDatabase(
  adminUrl: string,
  { template, name, schema, password }: Copy,
): Promise<void> {
  await withClient(adminUrl, async (admin) => {
    await admin.query(`CREATE DATABASE "${name}" TEMPLATE "${template}"`);
  });
  await provisionDatabase(adminUrl, {
    database: name,
    schemas: [schema],
    passwordOf: () => password,
  });
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  await withClient(url.href, async (admin) => {
    const [from, to] = [roleOf(template, schema), roleOf(name, schema)];
    await admin.query(`REASSIGN OWNED BY "${from}" TO "${to}"`);
  });
}

async function dropDatabase(adminUrl: string, name: string, role: string): Promise<void> {
  await withClient(adminUrl, async (admin) => {
    await admin.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
    await admin.query(`DROP ROLE IF EXISTS "${role}"`);
  });
}
