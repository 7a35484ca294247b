import {
  outwardConfiguration,
  readConfiguration,
  utilityServiceConfiguration,
} from '@roamgrid/platform';
import { z } from 'zod';

export const settlementConfiguration = z.object({
  ...utilityServiceConfiguration,
  ...outwardConfiguration,
});
export type SettlementConfiguration = z.output<typeof settlementConfiguration>;

/** @throws ConfigurationError */
export function readSettlementConfiguration(): SettlementConfiguration {
  return readConfiguration(settlementConfiguration, process.env);
}
