import 'reflect-metadata';
import { natsTransport } from '@roamgrid/messaging';
import {
  createLog,
  loadRegistry,
  Metrics,
  openService,
  runProgram,
  serviceHealth,
  startProbe,
  systemClock,
  systemIds,
} from '@roamgrid/platform';
import { readPortalConfiguration } from './portal.config.js';
import { portalMigrations, publishedKeys, startPortal } from './portal.module.js';

await runProgram(async () => {
  const configuration = readPortalConfiguration();
  const { UTILITY, DATA_DIR, ISSUER, HOST, PORTAL_PORT } = configuration;
  const log = createLog(configuration.LOG_LEVEL);
  const metrics = new Metrics();
  const context = await openService({
    utility: UTILITY,
    service: 'portal',
    databaseUrl: configuration.SERVICE_DATABASE_URL,
    dataDir: DATA_DIR,
    migrations: portalMigrations,
    transport: natsTransport(configuration.NATS_URL),
    registry: await loadRegistry(DATA_DIR, (error) => {
      log.error({ error: String(error) }, 'a new version of the registry was not taken');
    }),
    clock: systemClock,
    ids: systemIds,
    random: Math.random,
    log,
    metrics,
  });
  const portal = await startPortal(context, {
    host: HOST,
    port: PORTAL_PORT,
    issuer: ISSUER,
    keys: publishedKeys(configuration.JWKS_URI ?? `${ISSUER}/jwks`),
  });
  const probe = await startProbe({
    program: `${UTILITY}/portal`,
    configuration,
    metrics,
    health: async () => [await serviceHealth(context)],
  });
  log.info(`${UTILITY}/portal is listening on port ${String(portal.port)}`);
  return {
    async stop() {
      await probe.stop();
      await portal.stop();
    },
  };
});
