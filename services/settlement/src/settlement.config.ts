import { readConfiguration, utilityServiceConfiguration } from '@roamgrid/platform';
import { z } from 'zod';

export const settlementConfiguration = z.object({
  ...utilityServiceConfiguration,
  LEDGER_DATABASE_URL: z
    .string()
    .min(1)
    .optional()
    .describe('database of the embedded ledger; without it intents wait as pending'),
});
export type SettlementConfiguration = z.output<typeof settlementConfiguration>;

/** @throws ConfigurationError */
export function readSettlementConfiguration(): SettlementConfiguration {
  return readConfiguration(settlementConfiguration, process.env);
}
