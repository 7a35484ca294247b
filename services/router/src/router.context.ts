import type { Bus, BusTransport } from '@roamgrid/messaging';
import type { Clock, IdSource, Log, Metrics, Registry } from '@roamgrid/platform';
import type { ProbeGuard } from './stations/probe-guard.js';

/** What a router stands on. It has no database: everything is asked of the visited utility's aaa. */
export interface RouterContext {
  readonly bus: Bus;
  /** by which the utilities' services reach their stations */
  readonly transport: BusTransport;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Log;
  readonly metrics: Metrics;
  /** slugs of the utilities whose stations this router serves; null: of all in the registry, as they come */
  readonly utilities: readonly string[] | null;
}

/** The context with what the router's own parts share. */
export interface RouterParts extends RouterContext {
  readonly probes: ProbeGuard;
}
