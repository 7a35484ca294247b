import { commonConfiguration, readConfiguration } from '@roamgrid/platform';
import { z } from 'zod';

export const identityConfiguration = z.object({
  LOG_LEVEL: commonConfiguration.LOG_LEVEL,
  DATA_DIR: commonConfiguration.DATA_DIR,
  HOST: z.string().min(1).default('127.0.0.1').describe('address to listen on'),
  IDENTITY_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(8092)
    .describe('port of the authorization server'),
  ISSUER: z
    .url({ protocol: /^https?$/, error: 'an http or https URL' })
    .describe('as tokens name it and clients reach it; behind the edge its path is /oidc'),
  IDENTITY_DATABASE_URL: z
    .string()
    .min(1)
    .optional()
    .describe(
      'PostgreSQL URL that remembers used client assertions; memory only where it is absent',
    ),
  IDENTITY_CLIENTS: z
    .string()
    .min(1)
    .describe('JSON file of the programs that may have tokens; its form stands in the README'),
});
export type IdentityConfiguration = z.output<typeof identityConfiguration>;

/** @throws ConfigurationError */
export function readIdentityConfiguration(): IdentityConfiguration {
  return readConfiguration(identityConfiguration, process.env);
}
