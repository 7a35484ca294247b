import { createLog, keyFolderOf, runProgram } from '@roamgrid/platform';
import { Database } from '@roamgrid/persistence';
import { readIdentityConfiguration } from './identity.config.js';
import { identityMigrations, startIdentity } from './identity.module.js';
import { followClients, readClients } from './read-clients.js';

await runProgram(async () => {
  const configuration = readIdentityConfiguration();
  const log = createLog(configuration.LOG_LEVEL).child({ service: 'identity' });
  const database = await openDatabase(configuration.IDENTITY_DATABASE_URL);
  const identity = await startIdentity({
    issuer: configuration.ISSUER,
    host: configuration.HOST,
    port: configuration.IDENTITY_PORT,
    clients: await readClients(configuration.IDENTITY_CLIENTS),
    laterClient: followClients(configuration.IDENTITY_CLIENTS, (error) => {
      log.error({ error: String(error) }, 'a new list of clients was not taken');
    }),
    keyFolder: keyFolderOf(configuration.DATA_DIR, 'identity'),
    log,
    database,
  });
  log.info(`identity is listening on port ${String(identity.port)}`);
  return {
    async stop() {
      await identity.stop();
      await database?.close();
    },
  };
});

async function openDatabase(url: string | undefined): Promise<Database | null> {
  if (url === undefined) return null;
  return Database.open({
    url,
    schema: 'identity',
    applicationName: 'identity',
    migrations: identityMigrations,
    random: Math.random,
  });
}
