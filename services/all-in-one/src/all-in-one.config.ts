import {
  commonConfiguration,
  ledgerChoice,
  outwardConfiguration,
  readConfiguration,
} from '@roamgrid/platform';
import { z } from 'zod';

/** Keys of a gateway, in whichever shape it runs. */
export const gatewayConfiguration = {
  PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65_535)
    .default(8080)
    .describe('the one port that everything is served on'),
  HOST: z.string().min(1).default('127.0.0.1').describe('address to listen on'),
  LOG_LEVEL: commonConfiguration.LOG_LEVEL,
  DATA_DIR: commonConfiguration.DATA_DIR,
  DATABASE_URL: z
    .string()
    .min(1)
    .optional()
    .describe(
      'PostgreSQL server where databases and roles may be created; without it a server of its own is started',
    ),
  DEMO: z
    .enum(['0', '1'])
    .default('1')
    .describe('1: tells the story of a first charge after the first start; 0: does not'),
  SILENT_UTILITIES: z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((slug) => slug !== ''))
    .describe(
      'slugs, parted by commas, of utilities whose services are not started: for trials of what partners do while one is silent',
    ),
  ...ledgerChoice,
  ...outwardConfiguration,
};

export const allInOneConfiguration = z.object({
  ...gatewayConfiguration,
  NATS_URL: commonConfiguration.NATS_URL.describe('bus; without it messages stay in this process'),
});
export type AllInOneConfiguration = z.output<typeof allInOneConfiguration>;

/** @throws ConfigurationError */
export function readAllInOneConfiguration(): AllInOneConfiguration {
  return readConfiguration(allInOneConfiguration, process.env);
}
