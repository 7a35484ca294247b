import { createLog, keyFolderOf, runProgram } from '@roamgrid/platform';
import { readIdentityConfiguration } from './identity.config.js';
import { startIdentity } from './identity.module.js';
import { readClients } from './read-clients.js';

await runProgram(async () => {
  const configuration = readIdentityConfiguration();
  const log = createLog(configuration.LOG_LEVEL).child({ service: 'identity' });
  const identity = await startIdentity({
    issuer: configuration.ISSUER,
    host: configuration.HOST,
    port: configuration.IDENTITY_PORT,
    clients: await readClients(configuration.IDENTITY_CLIENTS),
    keyFolder: keyFolderOf(configuration.DATA_DIR, 'identity'),
    log,
  });
  log.info(`identity is listening on port ${String(identity.port)}`);
  return identity;
});
