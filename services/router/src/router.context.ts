import type { Bus } from '@roamgrid/messaging';
import type { Clock, IdSource, Log, Metrics, Registry } from '@roamgrid/platform';

/** What a router stands on. It has no database: everything is asked of the visited utility's aaa. */
export interface RouterContext {
  readonly bus: Bus;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Log;
  readonly metrics: Metrics;
  /** slugs of the utilities whose stations this router serves */
  readonly utilities: readonly string[];
}
