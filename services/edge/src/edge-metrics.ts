import { AggregatorRegistry, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { watchProcess } from '@roamgrid/platform';
import type { Probes } from './ask-upstreams.js';
import type { HealthPart } from './health.js';

const PATIENCE_MS = 3_000;

/** What a program counts; nothing where it does not answer, which readiness tells. */
async function countsOf(origin: string): Promise<readonly object[]> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(`${origin}/metrics.json`, { signal });
    return response.ok ? ((await response.json()) as object[]) : [];
  } catch {
    return [];
  }
}

/**
 * The edge's own metrics, of its process and of which upstream answered when one asked, and the sums of what the
 * other programs count.
 */
export function edgeMetrics(
  health: () => Promise<readonly HealthPart[]>,
  probes: () => Probes = () => ({}),
): () => Promise<string> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  watchProcess(registry, 'edge');
  new Gauge({
    name: 'roamgrid_edge_upstream_up',
    help: 'Whether a program behind the edge answers (1) or not (0)',
    labelNames: ['upstream'],
    registers: [registry],
    async collect() {
      for (const { name, state } of await health()) {
        this.set({ upstream: name }, state === 'up' ? 1 : 0);
      }
    },
  });
  return async () => {
    const counts = await Promise.all(Object.values(probes()).map(countsOf));
    const sums = AggregatorRegistry.aggregate([...counts.map((one) => [...one])]);
    return [await registry.metrics(), await sums.metrics()].join('\n');
  };
}
