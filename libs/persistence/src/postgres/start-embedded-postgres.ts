import type { EmbeddedPostgresOptions, PostgresServer } from './server.js';
import { DatabaseStartError } from './start-error.js';

export function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<PostgresServer> {
  return Promise.reject(new DatabaseStartError(`in progress ${options.dataDir}`));
}
