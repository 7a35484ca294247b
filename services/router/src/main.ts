import { NestBus, natsTransport } from '@roamgrid/messaging';
import {
  createLog,
  loadRegistry,
  Metrics,
  runProgram,
  systemClock,
  systemIds,
} from '@roamgrid/platform';
import { readRouterConfiguration } from './router.config.js';
import { startRouter } from './router.module.js';

await runProgram(async () => {
  const configuration = readRouterConfiguration();
  const log = createLog(configuration.LOG_LEVEL).child({ service: 'router' });
  const bus = new NestBus({
    client: natsTransport(configuration.NATS_URL).client(),
    from: 'router',
    now: () => systemClock.now(),
    newTraceId: () => systemIds.uuid(),
  });
  const router = await startRouter(
    {
      bus,
      registry: await loadRegistry(configuration.DATA_DIR),
      clock: systemClock,
      ids: systemIds,
      log,
      metrics: new Metrics(),
      utilities: configuration.ROUTER_UTILITIES,
    },
    { host: configuration.ROUTER_HOST, port: configuration.ROUTER_PORT },
  );
  log.info(`router is listening on port ${String(router.port)}`);
  return {
    async stop() {
      await router.stop();
      await bus.close();
    },
  };
});
