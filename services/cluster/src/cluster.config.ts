import { resolve } from 'node:path';
import { gatewayConfiguration } from '@roamgrid/all-in-one/installation';
import { outwardConfiguration, readConfiguration } from '@roamgrid/platform';
import { z } from 'zod';

export const clusterConfiguration = z.object({
  ...gatewayConfiguration,
  NATS_SERVER_BIN: z
    .string()
    .optional()
    .describe(
      'nats-server 2.12.7 or newer; else the one on the PATH, else one that Go builds once into .cache/bin',
    ),
});
export type ClusterConfiguration = z.output<typeof clusterConfiguration>;

/** @throws ConfigurationError */
export function readClusterConfiguration(): ClusterConfiguration {
  return readConfiguration(clusterConfiguration, process.env);
}

/** Keys of `main.js prepare` and `main.js seed`, which set up containers. */
export const containersConfiguration = z.object({
  PORT: gatewayConfiguration.PORT,
  DATA_DIR: gatewayConfiguration.DATA_DIR,
  LOG_LEVEL: gatewayConfiguration.LOG_LEVEL,
  DATABASE_URL: z.string().min(1),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:8080'),
});
export type ContainersConfiguration = z.output<typeof containersConfiguration>;

/** @throws ConfigurationError */
export function readContainersConfiguration(): ContainersConfiguration {
  return readConfiguration(containersConfiguration, process.env);
}

/** What the processes are given of our own environment: how to find programs, and nothing that is ours to tell them. */
export function inheritedEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG, TZ, TMPDIR, NODE_OPTIONS } = process.env;
  return { PATH, HOME, LANG, TZ, TMPDIR, NODE_OPTIONS };
}

/** Go reads keys of its own. */
export const builderEnvironment = (): NodeJS.ProcessEnv => process.env;

/** The systems that money leaves for, as settlement reads them. */
export function outwardEnvironment(configuration: ClusterConfiguration): NodeJS.ProcessEnv {
  const keys = Object.keys(outwardConfiguration) as (keyof typeof outwardConfiguration)[];
  return Object.fromEntries(keys.map((key) => [key, configuration[key]]));
}

/** Which ledger settlements are recorded on, as its service reads it. */
export function ledgerEnvironment({
  LEDGER,
  FABRIC_CONNECTION,
}: ClusterConfiguration): NodeJS.ProcessEnv {
  return { LEDGER, FABRIC_CONNECTION: resolve(FABRIC_CONNECTION) };
}
