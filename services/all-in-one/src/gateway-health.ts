import type { HealthPart } from '@roamgrid/edge';
import type { LedgerPort } from '@roamgrid/ledger';
import { healthPart, serviceHealth } from '@roamgrid/platform';
import type { RunningUtility } from './utility-services.js';

/** Asks each part whether it works: every service's database, its outbox, the ledger. */
export function gatewayHealth(
  utilities: readonly RunningUtility[],
  ledger: LedgerPort,
): Promise<HealthPart[]> {
  const services = utilities.flatMap(({ contexts }) => contexts).map(serviceHealth);
  const height = async (): Promise<string> => `height ${String(await ledger.height())}`;
  return Promise.all([...services, healthPart('ledger', height)]);
}
