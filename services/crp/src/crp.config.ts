import { readConfiguration, utilityServiceConfiguration } from '@roamgrid/platform';
import { z } from 'zod';

export const crpConfiguration = z.object(utilityServiceConfiguration);

export function readCrpConfiguration(): z.output<typeof crpConfiguration> {
  return readConfiguration(crpConfiguration, process.env);
}
