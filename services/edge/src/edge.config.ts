import { commonConfiguration, readConfiguration } from '@roamgrid/platform';
import { z } from 'zod';

/** Paths come from the request: an upstream is an origin and nothing more. */
const origin = z
  .url({ protocol: /^https?$/, error: 'an http or https URL' })
  .regex(/^\w+:\/\/[^/?#@]+$/, 'an origin, without a path');

const FORM = 'slug=url, with commas between';
const slug = z.string().regex(/^[a-z][a-z0-9-]{0,47}$/, FORM);
const probe = z.string().regex(/^[a-z][a-z0-9-]{0,47}(\/[a-z]{1,20})?$/, FORM);

const listOf = (name: z.ZodString) =>
  z
    .string()
    .min(1)
    .transform((text) => text.split(',').map((entry) => entry.trim().split(/=(.*)/, 2)))
    .pipe(z.array(z.tuple([name, origin], FORM)))
    .transform((entries): Readonly<Record<string, string>> => Object.fromEntries(entries));

const portals = listOf(slug);
const probes = listOf(probe);

/** `MEMBERS_FILE`: members of the consortium by the addresses of their programs. */
export const members = z.strictObject({
  portals: z.record(slug, origin),
  probes: z.record(probe, origin),
});

export const edgeConfiguration = z.object({
  LOG_LEVEL: commonConfiguration.LOG_LEVEL,
  PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(8080)
    .describe('the one port that everything is served on'),
  HOST: z.string().min(1).default('127.0.0.1').describe('address to listen on'),
  ROUTER_URL: origin
    .default('http://127.0.0.1:8090')
    .describe("where the stations' router listens"),
  IDENTITY_URL: origin
    .default('http://127.0.0.1:8092')
    .describe('where the authorization server listens'),
  CONSORTIUM_URL: origin
    .optional()
    .describe("where the consortium's administrator adds members; without it nobody can"),
  MEMBERS_FILE: z
    .string()
    .min(1)
    .optional()
    .describe(
      'JSON file of portals and probes beside those named here, read again whenever it changes: `{"portals": {}, "probes": {}}`',
    ),
  PROBES: probes
    .optional()
    .describe(
      'programs that tell how they are, for readiness and metrics: `name=url`, separated by commas',
    ),
  PORTALS: portals.describe("the utilities' portals: `slug=url`, separated by commas"),
});
export type EdgeConfiguration = z.output<typeof edgeConfiguration>;

/** @throws ConfigurationError */
export function readEdgeConfiguration(): EdgeConfiguration {
  return readConfiguration(edgeConfiguration, process.env);
}
