import { createServer } from 'node:http';
import type { IdentityClient } from './identity-client.js';
import type { Database, MigrationClass } from '@roamgrid/persistence';
import { listenHttp } from '@roamgrid/platform';
import { PostgresReplayAdapter } from './adapters/postgres-replay-adapter.js';
import { CreateUsedAssertions } from './migrations/1732200000000-create-used-assertions.js';
import { mountedAt } from './mount.js';
import { createProvider } from './provider.js';
import { openSigningKey } from './signing-key.js';

export { resourceOf, type IdentityClient } from './identity-client.js';

export const identityMigrations: readonly MigrationClass[] = [CreateUsedAssertions];

/** The part of a log that identity writes to. */
export interface IdentityLog {
  error(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

export interface IdentityOptions {
  /** as tokens name it and clients reach it: `http://127.0.0.1:8080/oidc` */
  readonly issuer: string;
  readonly host: string;
  /** 0 takes a free one */
  readonly port: number;
  readonly clients: readonly IdentityClient[];
  /** one that came after the start; nobody does where it is absent */
  readonly laterClient?: (clientId: string) => IdentityClient | undefined;
  /** folder of the signing key */
  readonly keyFolder: string;
  readonly log: IdentityLog;
  readonly now?: () => number;
  /** where used client assertions are remembered, closed by whoever opened it; null: this process's memory */
  readonly database: Database | null;
}

export interface RunningIdentity {
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts the embedded authorization server; it serves below the issuer's path. */
export async function startIdentity(options: IdentityOptions): Promise<RunningIdentity> {
  const { log, database } = options;
  const now = options.now ?? (() => Date.now());
  const provider = createProvider({
    issuer: options.issuer,
    clients: options.clients,
    laterClient: options.laterClient ?? (() => undefined),
    signingKey: await openSigningKey(options.keyFolder),
    now,
    replay: database === null ? null : new PostgresReplayAdapter(database, now),
  });
  provider.on('server_error', (_ctx, error) => {
    log.error({ error: error.message, stack: error.stack }, 'identity failed');
  });
  provider.on('grant.error', (_ctx, error) => {
    log.debug({ error: error.message }, 'no token given');
  });
  const server = createServer(mountedAt(options.issuer, provider.callback()));
  return listenHttp(server, options);
}
