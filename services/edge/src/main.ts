import { createLog, runProgram, systemIds } from '@roamgrid/platform';
import { healthOf, openApiOf } from './ask-upstreams.js';
import { edgeMetrics } from './edge-metrics.js';
import { readEdgeConfiguration } from './edge.config.js';
import { asyncApiDocument, mergeOpenApi, startEdge, type Upstreams } from './edge.module.js';

await runProgram(async () => {
  const configuration = readEdgeConfiguration();
  const log = createLog(configuration.LOG_LEVEL).child({ service: 'edge' });
  const upstreams: Upstreams = {
    router: configuration.ROUTER_URL,
    identity: configuration.IDENTITY_URL,
    portals: configuration.PORTALS,
  };
  const health = () => healthOf(upstreams, configuration.PROBES);
  const edge = await startEdge({
    host: configuration.HOST,
    port: configuration.PORT,
    upstreams,
    health,
    metrics: edgeMetrics(health, configuration.PROBES),
    documents: {
      openApi: async () => mergeOpenApi(await openApiOf(upstreams)),
      asyncApi: asyncApiDocument(),
    },
    newTraceId: () => systemIds.uuid(),
    log,
  });
  log.info(`edge is listening on port ${String(edge.port)}`);
  return edge;
});
