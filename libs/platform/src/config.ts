import { resolve } from 'node:path';
import { z } from 'zod';

/** A configuration that cannot be used; the message is one line that names the key. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** Reads a service's configuration once. @throws ConfigurationError */
export function readConfiguration<Schema extends z.ZodObject>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>>,
): z.output<Schema> {
  const known = Object.fromEntries(
    Object.keys(schema.shape).map((key) => [
      key,
      environment[key] === '' ? undefined : environment[key],
    ]),
  );
  const parsed = schema.safeParse(known);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const key = issue?.path.join('.') ?? 'configuration';
  const isMissing = issue?.code === 'invalid_type' && known[key] === undefined;
  throw new ConfigurationError(`${key}: ${isMissing ? 'is not set' : wordsOf(issue)}`);
}

/** How zod begins where a schema says nothing of its own. */
const ZOD_WORDS = /^(?:Invalid|Too) /;

/** What is wrong with a value, for a person; the value itself may be a secret and is not repeated. */
function wordsOf(issue: z.core.$ZodIssue | undefined): string {
  // a schema that words its own refusal knows better
  if (issue !== undefined && !ZOD_WORDS.test(issue.message)) return issue.message;
  switch (issue?.code) {
    case 'invalid_type':
      return issue.expected === 'int' ? 'must be a whole number' : `must be a ${issue.expected}`;
    case 'too_small':
      return issue.origin === 'string'
        ? 'is too short'
        : `must be ${String(issue.minimum)} or more`;
    case 'too_big':
      return issue.origin === 'string' ? 'is too long' : `must be ${String(issue.maximum)} or less`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_format':
      return 'does not have the documented form';
    default:
      return issue?.message ?? 'wrong';
  }
}

/** Keys that every service shares. */
export const commonConfiguration = {
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('warn')
    .describe('what is written to standard error'),
  DATA_DIR: z
    .string()
    .min(1)
    .default('.roamgrid')
    .describe('folder that holds keys, data, credentials'),
  NATS_URL: z
    .string()
    .min(1)
    .optional()
    .describe('bus; without it services must share one process'),
};

/** Keys of a program that serves nobody but tells how it is. */
export const probeConfiguration = {
  PROBE_HOST: z.string().min(1).default('127.0.0.1').describe('address of the probe'),
  PROBE_PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe('port of /health/live, /health/ready and /metrics; without it there is no probe'),
};

/** Keys of a service that belongs to one utility. */
export const utilityServiceConfiguration = {
  ...commonConfiguration,
  ...probeConfiguration,
  UTILITY: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,47}$/)
    .describe('slug of the utility this service belongs to'),
  SERVICE_DATABASE_URL: z.string().min(1).describe("PostgreSQL URL of this service's own role"),
};

const address = z
  .string()
  .regex(/^https?:\/\/[^\s@]+$/)
  .optional();

/** Systems of a utility that money leaves for; where one is not named, a sandbox stands in for it. */
export const outwardConfiguration = {
  CUSTOMER_BILLING_URL: address.describe(
    "where bills are posted to for the utility's own customer billing; {utility} becomes its slug; a sandbox stands in without it",
  ),
  CUSTOMER_BILLING_TOKEN: z
    .string()
    .min(1)
    .optional()
    .describe('bearer token for the customer billing system'),
  PAYMENT_GATEWAY_URL: address.describe(
    'payment provider for cards and debit, its orders at /orders; {utility} becomes the slug; a sandbox stands in without it',
  ),
  PAYMENT_GATEWAY_TOKEN: z
    .string()
    .min(1)
    .optional()
    .describe('bearer token for the payment provider'),
  BANK_URL: address.describe(
    'bank that pays what is netted, its orders at /orders; {utility} becomes the slug; payments are settled by its statements; a sandbox stands in without it',
  ),
  BANK_TOKEN: z.string().min(1).optional().describe('bearer token for the bank'),
};
/** Which ledger settlements are recorded on. */
export const ledgerChoice = {
  LEDGER: z
    .enum(['embedded', 'fabric'])
    .default('embedded')
    .describe(
      'embedded: the contract runs over PostgreSQL; fabric: on the Hyperledger Fabric channel of FABRIC_CONNECTION',
    ),
  FABRIC_CONNECTION: z
    .string()
    .min(1)
    .default('.fabric/connection.json')
    .describe(
      'with LEDGER=fabric, how each member reaches the channel: the file that `deploy/fabric/network deploy` writes',
    ),
};

/** Undefined for the embedded ledger. */
export function connectionFileOf(
  choice: z.output<z.ZodObject<typeof ledgerChoice>>,
): string | undefined {
  return choice.LEDGER === 'fabric' ? resolve(choice.FABRIC_CONNECTION) : undefined;
}

export type OutwardConfiguration = z.output<z.ZodObject<typeof outwardConfiguration>>;
