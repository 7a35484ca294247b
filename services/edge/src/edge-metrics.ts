import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { HealthPart } from './health.js';

/** The edge's own metrics: its process, and which upstream answered when one asked. */
export function edgeMetrics(health: () => Promise<readonly HealthPart[]>): () => Promise<string> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
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
  return () => registry.metrics();
}
