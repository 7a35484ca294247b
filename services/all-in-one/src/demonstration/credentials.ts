import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IdSource } from '@roamgrid/platform';
import { DEMO_CONSUMERS } from './consumers.js';
import { DEMO_STATIONS } from './stations.js';
import { DEMO_UTILITIES } from './utilities.js';

export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
}

/** A program of a member that signs in by its own key (`private_key_jwt`). */
export interface KeyClient {
  readonly clientId: string;
  readonly utility: string;
  readonly role: 'api' | 'approver';
  readonly scope: string;
  /** public halves */
  readonly jwks: { readonly keys: readonly { readonly kty: string }[] };
}

/** `DATA_DIR/demo-credentials.json` (INTERFACE §3); random secrets, made at first start. */
export interface DemoCredentials {
  readonly baseUrl: string;
  readonly issuer: string;
  readonly stations: Readonly<Record<string, { password: string; kioskToken: string }>>;
  readonly clients: Readonly<Record<string, ClientCredentials>>;
  readonly approvers: Readonly<Record<string, ClientCredentials>>;
  readonly consortium: ClientCredentials;
  /** by client id; of members that told their programs' public keys when they joined */
  readonly keyClients?: Readonly<Record<string, KeyClient>>;
  readonly providers: Readonly<Record<string, ClientCredentials>>;
  readonly staff: Readonly<Record<string, Record<string, { username: string; password: string }>>>;
  readonly pins: Readonly<Record<string, string>>;
  readonly cards: Readonly<Record<string, { contractId?: string; uid?: string }>>;
}

export const UTILITY_SCOPES = [
  'sessions:read',
  'billing:read',
  'billing:write',
  'tariffs:write',
  'tariffs:approve',
  'stations:write',
  'consumers:write',
  'audit:run',
];
/** Adds members to the consortium. */
export const CONSORTIUM_SCOPES = ['utilities:write'];
const PROVIDER_SCOPES = ['sessions:read'];
const STAFF_ROLES = ['operator', 'billing', 'tariffManager', 'approver', 'auditor', 'provider'];
const PIN_DIGITS = 6;

export function addressesOf(baseUrl: string): Pick<DemoCredentials, 'baseUrl' | 'issuer'> {
  return { baseUrl, issuer: `${baseUrl}/oidc` };
}

function makeCredentials(baseUrl: string, ids: IdSource): DemoCredentials {
  const client = (clientId: string, scopes: readonly string[]): ClientCredentials => ({
    clientId,
    clientSecret: ids.secret(),
    scope: scopes.join(' '),
  });
  const byUtility = <Value>(make: (slug: string) => Value): Record<string, Value> =>
    Object.fromEntries(DEMO_UTILITIES.map(({ slug }) => [slug, make(slug)]));
  return {
    ...addressesOf(baseUrl),
    stations: Object.fromEntries(
      DEMO_STATIONS.map(({ stationId }) => [
        stationId,
        { password: ids.secret(), kioskToken: ids.secret() },
      ]),
    ),
    clients: byUtility((slug) => client(`${slug}-api`, UTILITY_SCOPES)),
    approvers: byUtility((slug) => client(`${slug}-approver`, UTILITY_SCOPES)),
    consortium: client('consortium-administrator', CONSORTIUM_SCOPES),
    providers: Object.fromEntries(
      DEMO_STATIONS.map(({ provider }) => [provider, client(provider, PROVIDER_SCOPES)]),
    ),
    staff: byUtility((slug) => staffOf(slug, ids)),
    pins: Object.fromEntries(DEMO_CONSUMERS.map(({ cin }) => [cin, randomPin(ids)])),
    cards: Object.fromEntries(
      DEMO_CONSUMERS.flatMap(({ cin, contractId, uid }) =>
        contractId === undefined && uid === undefined ? [] : [[cin, { contractId, uid }]],
      ),
    ),
  };
}

/** A person for each role of a utility. */
export function staffOf(
  slug: string,
  ids: IdSource,
): Record<string, { username: string; password: string }> {
  return Object.fromEntries(
    STAFF_ROLES.map((role) => [role, { username: `${slug}/${role}`, password: ids.secret() }]),
  );
}

function randomPin(ids: IdSource): string {
  return (BigInt(`0x${ids.salt()}`) % 10n ** BigInt(PIN_DIGITS))
    .toString()
    .padStart(PIN_DIGITS, '0');
}

/** What lies in the data directory, or new credentials; the addresses are those of this start. */
export async function readCredentials(
  dataDir: string,
  baseUrl: string,
  ids: IdSource,
): Promise<DemoCredentials> {
  const path = join(dataDir, 'demo-credentials.json');
  const existing = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  return existing === null
    ? makeCredentials(baseUrl, ids)
    : { ...withScopes(JSON.parse(existing) as DemoCredentials), ...addressesOf(baseUrl) };
}

/** What the administrator may do is not older than the program. */
function withScopes(credentials: DemoCredentials): DemoCredentials {
  const scope = CONSORTIUM_SCOPES.join(' ');
  return { ...credentials, consortium: { ...credentials.consortium, scope } };
}
