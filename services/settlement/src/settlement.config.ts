import { readConfiguration, utilityServiceConfiguration } from '@roamgrid/platform';
import { z } from 'zod';

export const settlementConfiguration = z.object(utilityServiceConfiguration);
export type SettlementConfiguration = z.output<typeof settlementConfiguration>;

/** @throws ConfigurationError */
export function readSettlementConfiguration(): SettlementConfiguration {
  return readConfiguration(settlementConfiguration, process.env);
}
