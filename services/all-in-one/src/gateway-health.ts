import type { HealthPart } from '@roamgrid/edge';
import type { LedgerPort } from '@roamgrid/ledger';
import type { Metrics } from '@roamgrid/platform';
import type { RunningUtility } from './utility-services.js';

/** Asks each part whether it works: every service's database, its outbox, the ledger. */
export async function gatewayHealth(
  utilities: readonly RunningUtility[],
  ledger: LedgerPort,
  metrics: Metrics,
): Promise<HealthPart[]> {
  const contexts = utilities.flatMap(({ contexts: all }) => all);
  const services = contexts.map((context) =>
    check(`${context.utility}/${context.service}`, async () => {
      if (context.service === 'portal') {
        await context.database.query('SELECT 1');
        return 'database answers';
      }
      const { pending, oldestAgeMs } = await context.outbox.lag();
      const { utility, service } = context;
      metrics.outboxPending.set({ utility, service }, pending);
      return `outbox ${String(pending)} pending, oldest ${String(Math.round(oldestAgeMs))} ms`;
    }),
  );
  return Promise.all([
    ...services,
    check('ledger', async () => `height ${String(await ledger.height())}`),
  ]);
}

async function check(name: string, ask: () => Promise<string>): Promise<HealthPart> {
  try {
    return { name, state: 'up', detail: await ask() };
  } catch (error) {
    return { name, state: 'down', detail: error instanceof Error ? error.message : String(error) };
  }
}
