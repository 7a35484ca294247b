import { createLog, runProgram, systemIds } from '@roamgrid/platform';
import { healthOf, openApiOf } from './ask-upstreams.js';
import { edgeMetrics } from './edge-metrics.js';
import { readEdgeConfiguration } from './edge.config.js';
import { asyncApiDocument, mergeOpenApi, startEdge } from './edge.module.js';
import { LiveUpstreams } from './live-upstreams.js';

await runProgram(async () => {
  const configuration = readEdgeConfiguration();
  const log = createLog(configuration.LOG_LEVEL).child({ service: 'edge' });
  const upstreams = new LiveUpstreams(configuration);
  if (configuration.MEMBERS_FILE !== undefined) {
    await upstreams.follow(configuration.MEMBERS_FILE, (error) => {
      log.error({ error: String(error) }, 'a new list of members was not taken');
    });
  }
  const health = () => healthOf(upstreams, upstreams.probes);
  const edge = await startEdge({
    host: configuration.HOST,
    port: configuration.PORT,
    upstreams,
    health,
    metrics: edgeMetrics(health, () => upstreams.probes),
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
