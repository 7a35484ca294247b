import { readConfiguration, utilityServiceConfiguration } from '@roamgrid/platform';
import { z } from 'zod';

export const profilesConfiguration = z.object(utilityServiceConfiguration);

export function readProfilesConfiguration(): z.output<typeof profilesConfiguration> {
  return readConfiguration(profilesConfiguration, process.env);
}
