import { readConfiguration, utilityServiceConfiguration } from '@roamgrid/platform';
import { z } from 'zod';

export const aaaConfiguration = z.object(utilityServiceConfiguration);

export function readAaaConfiguration(): z.output<typeof aaaConfiguration> {
  return readConfiguration(aaaConfiguration, process.env);
}
