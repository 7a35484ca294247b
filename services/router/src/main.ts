import { NestBus, natsTransport } from '@roamgrid/messaging';
import {
  createLog,
  loadRegistry,
  Metrics,
  runProgram,
  startProbe,
  systemClock,
  systemIds,
  withMetrics,
} from '@roamgrid/platform';
import { readRouterConfiguration } from './router.config.js';
import { startRouter } from './router.module.js';

await runProgram(async () => {
  const configuration = readRouterConfiguration();
  const log = createLog(configuration.LOG_LEVEL).child({ service: 'router' });
  const transport = natsTransport(configuration.NATS_URL);
  const metrics = new Metrics();
  const now = (): number => systemClock.now();
  const bus = withMetrics(
    new NestBus({
      client: transport.client(),
      from: 'router',
      now,
      newTraceId: () => systemIds.uuid(),
    }),
    metrics,
    now,
  );
  const router = await startRouter(
    {
      bus,
      transport,
      registry: await loadRegistry(configuration.DATA_DIR, (error) => {
        log.error({ error: String(error) }, 'a new version of the registry was not taken');
      }),
      clock: systemClock,
      ids: systemIds,
      log,
      metrics,
      utilities: configuration.ROUTER_UTILITIES ?? null,
    },
    { host: configuration.ROUTER_HOST, port: configuration.ROUTER_PORT },
  );
  const probe = await startProbe({
    program: 'router',
    configuration,
    metrics,
    health: () => Promise.resolve([{ name: 'router', state: 'up' }]),
  });
  log.info(`router is listening on port ${String(router.port)}`);
  return {
    async stop() {
      await probe.stop();
      await router.stop();
      await bus.close();
    },
  };
});
