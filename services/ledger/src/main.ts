import 'reflect-metadata';
import { natsTransport } from '@roamgrid/messaging';
import {
  connectionFileOf,
  createLog,
  healthPart,
  loadRegistry,
  Metrics,
  runProgram,
  startProbe,
  systemClock,
  systemIds,
} from '@roamgrid/platform';
import { readLedgerConfiguration } from './ledger.config.js';
import { startLedger } from './ledger.module.js';

await runProgram(async () => {
  const configuration = readLedgerConfiguration();
  const log = createLog(configuration.LOG_LEVEL).child({ service: 'ledger' });
  const registry = await loadRegistry(configuration.DATA_DIR, (error) => {
    log.error({ error: String(error) }, 'a new version of the registry was not taken');
  });
  const running = await startLedger({
    databaseUrl: configuration.SERVICE_DATABASE_URL,
    connectionFile: connectionFileOf(configuration),
    transport: natsTransport(configuration.NATS_URL),
    registry,
    clock: systemClock,
    ids: systemIds,
    random: Math.random,
    log,
  });
  const probe = await startProbe({
    program: 'ledger',
    configuration,
    metrics: new Metrics(),
    health: async () => [
      await healthPart('ledger', async () => `height ${String(await running.ledger.height())}`),
    ],
  });
  log.info('ledger is listening');
  return {
    async stop() {
      await probe.stop();
      await running.stop();
    },
  };
});
