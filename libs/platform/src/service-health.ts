import { healthPart, type HealthPart } from './probe.js';
import type { ServiceContext } from './service-context.js';

/** Whether a utility's service reaches its database, and what its outbox still has to deliver. */
export function serviceHealth(context: ServiceContext): Promise<HealthPart> {
  const { utility, service, database, outbox, metrics } = context;
  return healthPart(`${utility}/${service}`, async () => {
    // the portal's schema is a read model and has no outbox
    if (service === 'portal') {
      await database.query('SELECT 1');
      return 'database answers';
    }
    const { pending, oldestAgeMs } = await outbox.lag();
    metrics.outboxPending.set({ utility, service }, pending);
    return `outbox ${String(pending)} pending, oldest ${String(Math.round(oldestAgeMs))} ms`;
  });
}
