import { readConfiguration, utilityServiceConfiguration } from '@roamgrid/platform';
import { z } from 'zod';

const httpUrl = z.url({ protocol: /^https?$/, error: 'an http or https URL' });

export const portalConfiguration = z.object({
  ...utilityServiceConfiguration,
  NATS_URL: z
    .string()
    .min(1)
    .describe("bus, over which the utility's services are asked and fill the read model"),
  HOST: z.string().min(1).default('127.0.0.1').describe('address to listen on'),
  PORTAL_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(8091)
    .describe("port of the utility's API"),
  ISSUER: httpUrl.describe('authorization server whose tokens are accepted, as tokens name it'),
  JWKS_URI: httpUrl
    .optional()
    .describe("where the issuer's public keys are found; the issuer's own /jwks unless told"),
});
export type PortalConfiguration = z.output<typeof portalConfiguration>;

/** @throws ConfigurationError */
export function readPortalConfiguration(): PortalConfiguration {
  return readConfiguration(portalConfiguration, process.env);
}
