import { OutboxRelay, type Database } from '@roamgrid/persistence';
import {
  NestBus,
  outsideOfTrace,
  sessionOf,
  type Bus,
  type BusTransport,
} from '@roamgrid/messaging';
import type { Clock } from './clock.js';
import type { IdSource } from './ids.js';
import type { Log } from './log.js';
import type { Metrics } from './metrics.js';
import type { Registry } from './registry.js';
import type { Signer } from './signer.js';
import { Verifier } from './verifier.js';
import { withMetrics } from './with-metrics.js';

/** What every service of a utility stands on; made once per service and process. */
export interface ServiceContext {
  readonly utility: string;
  readonly service: string;
  readonly database: Database;
  readonly outbox: OutboxRelay;
  readonly bus: Bus;
  readonly transport: BusTransport;
  readonly signer: Signer;
  readonly verifier: Verifier;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Log;
  readonly metrics: Metrics;
  /** key of this service's keyed hashes */
  readonly secret: Uint8Array;
  /** `DATA_DIR/keys/<utility>`: where this utility's keys lie */
  readonly keyFolder: string;
}

export type ServiceContextParts = Omit<ServiceContext, 'outbox' | 'bus' | 'verifier'>;

/** Joins the parts: the bus speaks in the service's name, the outbox delivers over the bus. */
export function createServiceContext(parts: ServiceContextParts): ServiceContext {
  const bus = new NestBus({
    client: parts.transport.client(),
    from: `${parts.utility}/${parts.service}`,
    now: () => parts.clock.now(),
    newTraceId: () => parts.ids.uuid(),
  });
  const outbox = new OutboxRelay({
    database: parts.database,
    utility: parts.utility,
    deliver: (message) => bus.deliver(message.subject, message.to, message.payload),
    now: () => parts.clock.now(),
    onError: (error, message) => {
      const sessionId = sessionOf(message?.payload);
      const what = { subject: message?.subject, to: message?.to, error: String(error) };
      outsideOfTrace(() => {
        parts.log.warn(sessionId === null ? what : { ...what, sessionId }, 'outbox');
      });
    },
  });
  const measured = withMetrics(bus, parts.metrics, () => parts.clock.now());
  return { ...parts, bus: measured, outbox, verifier: new Verifier(parts.registry) };
}
