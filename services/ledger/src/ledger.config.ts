import {
  commonConfiguration,
  ledgerChoice,
  probeConfiguration,
  readConfiguration,
} from '@roamgrid/platform';
import { z } from 'zod';

export const ledgerConfiguration = z.object({
  ...commonConfiguration,
  ...probeConfiguration,
  ...ledgerChoice,
  NATS_URL: z.string().min(1).describe('bus over which settlements ask'),
  SERVICE_DATABASE_URL: z.string().min(1).describe("PostgreSQL URL of this service's own role"),
});

/** @throws ConfigurationError */
export function readLedgerConfiguration(): z.output<typeof ledgerConfiguration> {
  return readConfiguration(ledgerConfiguration, process.env);
}
