import {
  currencyCode,
  registryDocument,
  utilitySlug,
  type RegistryEntry,
} from '@roamgrid/contracts';
import { RoamgridError, type FieldError } from '@roamgrid/kernel';
import type { Registry } from '@roamgrid/platform';
import { importJWK, type JWK } from 'jose';
import { z } from 'zod';

const entry = registryDocument.shape.utilities.element.shape;

/** What `private_key_jwt` takes of a client's public keys. */
const ALGORITHMS: readonly string[] = ['ES256', 'EdDSA', 'RS256', 'PS256'];

const clientKeys = z.strictObject({
  keys: z
    .array(z.looseObject({ kty: z.string(), alg: z.string().optional() }))
    .min(1)
    .max(5),
});

/**
 * What the consortium's administrator says of a new member. With `clientKeys` its programs sign in by
 * `private_key_jwt`; without, secrets are made.
 */
export const newMember = z.strictObject({
  utility: utilitySlug,
  name: z.string().min(1).max(100),
  cinPrefixes: entry.cinPrefixes.min(1).max(10),
  contractProviders: entry.contractProviders.min(1).max(10),
  currency: currencyCode,
  timeZone: z.string().min(1).max(64),
  clientKeys: z
    .strictObject({ api: clientKeys.optional(), approver: clientKeys.optional() })
    .optional(),
});
export type NewMember = z.output<typeof newMember>;

/** Names that stand for something else on the public port, among keys, databases or users of the bus. */
const RESERVED = new Set([
  ...['consortium', 'identity', 'ledger', 'router', 'edge', 'pairs', 'administrator'],
  ...['ocpp', 'station', 'oidc', 'docs', 'health', 'metrics', 'console', 'kiosk', 'nats-server'],
]);

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    // a RangeError says the same
    return false;
  }
}

async function faultOfKey(key: JWK): Promise<string | null> {
  if ('d' in key || 'k' in key) return 'is a secret; only public keys are told to others';
  const { alg } = key;
  if (alg === undefined || !ALGORITHMS.includes(alg)) {
    return `names no algorithm of ${ALGORITHMS.join(', ')}`;
  }
  try {
    await importJWK(key, alg);
    return null;
  } catch {
    // which of its members is wrong is the library's own text
    return 'is no key of its algorithm';
  }
}

async function findKeyFaults({ clientKeys: told = {} }: NewMember): Promise<FieldError[]> {
  const faults: FieldError[] = [];
  for (const client of ['api', 'approver'] as const) {
    for (const [index, key] of (told[client]?.keys ?? []).entries()) {
      const message = await faultOfKey(key);
      if (message !== null) {
        faults.push({ path: `clientKeys.${client}.keys.${String(index)}`, message });
      }
    }
  }
  return faults;
}

/** @throws RoamgridError `unprocessable`, naming each member that cannot be used */
export async function checkMeaning(member: NewMember): Promise<void> {
  const faults = [
    ...(RESERVED.has(member.utility) ? [{ path: 'utility', message: 'is a reserved name' }] : []),
    ...(isTimeZone(member.timeZone) ? [] : [{ path: 'timeZone', message: 'is no time zone' }]),
    ...(await findKeyFaults(member)),
  ];
  if (faults.length === 0) return;
  throw new RoamgridError('unprocessable', 'the utility cannot be added', faults);
}

/** @throws RoamgridError `state_conflict`, naming each prefix and provider id that belongs to another member */
export function checkNamesFree(registry: Registry, member: NewMember): void {
  const taken = (
    path: string,
    names: readonly string[],
    ownerOf: (name: string) => string | null,
  ): FieldError[] =>
    names.flatMap((name, index) => {
      const owner = ownerOf(name);
      return owner === null || owner === member.utility
        ? []
        : [{ path: `${path}.${String(index)}`, message: `belongs to ${owner}` }];
    });
  const faults = [
    ...taken('cinPrefixes', member.cinPrefixes, (one) => registry.utilityOfCinPrefix(one)),
    ...taken('contractProviders', member.contractProviders, (one) =>
      registry.utilityOfContractProvider(one),
    ),
  ];
  if (faults.length === 0) return;
  throw new RoamgridError('state_conflict', 'what routes to another member is taken', faults);
}

/** @throws RoamgridError `state_conflict`, naming each member that differs from what is registered */
export function checkSame(registered: RegistryEntry, member: NewMember): void {
  const names = ['name', 'cinPrefixes', 'contractProviders', 'currency', 'timeZone'] as const;
  const faults = names
    .filter((name) => JSON.stringify(registered[name]) !== JSON.stringify(member[name]))
    .map((path) => ({ path, message: 'differs from what is registered' }));
  if (faults.length === 0) return;
  throw new RoamgridError('state_conflict', 'another utility has this name', faults);
}
