import type { Contract, ReplyOf, RequestInput } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { Bus, RequestOptions } from '@roamgrid/messaging';
import type { Metrics } from './metrics.js';

const MS_PER_SECOND = 1_000;

/** A bus that tells how long each answer took, by the service that was asked. */
export function withMetrics(bus: Bus, metrics: Metrics, now: () => number): Bus {
  const observe = (contract: Contract, to: string, startedMs: number, outcome: string): void => {
    metrics.messageSeconds.observe(
      { utility: to, service: contract.service, message: contract.name, outcome },
      (now() - startedMs) / MS_PER_SECOND,
    );
  };
  return {
    async request<C extends Contract>(
      contract: C,
      to: string,
      payload: RequestInput<C>,
      options?: RequestOptions,
    ): Promise<ReplyOf<C>> {
      const startedMs = now();
      try {
        const reply = await bus.request(contract, to, payload, options);
        observe(contract, to, startedMs, 'answered');
        return reply;
      } catch (error) {
        observe(contract, to, startedMs, error instanceof RoamgridError ? error.code : 'internal');
        throw error;
      }
    },
    deliver: (subject, to, payload) => bus.deliver(subject, to, payload),
    close: () => bus.close(),
  };
}
