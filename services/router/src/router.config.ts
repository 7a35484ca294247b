import { commonConfiguration, probeConfiguration, readConfiguration } from '@roamgrid/platform';
import { z } from 'zod';

export const routerConfiguration = z.object({
  ...commonConfiguration,
  ...probeConfiguration,
  NATS_URL: z.string().min(1).describe('bus over which the utilities are reached'),
  ROUTER_HOST: z.string().min(1).default('127.0.0.1').describe('address that stations reach'),
  ROUTER_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(8090)
    .describe('port of the station HTTP API and of the OCPP sockets'),
  ROUTER_UTILITIES: z
    .string()
    .min(1)
    .transform((text) => text.split(',').map((slug) => slug.trim()))
    .pipe(z.array(z.string().regex(/^[a-z][a-z0-9-]{0,47}$/)).min(1))
    .optional()
    .describe(
      'slugs of the utilities whose stations are served, separated by commas; all members, new ones too, where it is absent',
    ),
});

/** @throws ConfigurationError */
export function readRouterConfiguration(): z.output<typeof routerConfiguration> {
  return readConfiguration(routerConfiguration, process.env);
}
