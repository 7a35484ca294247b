import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IdSource } from '@roamgrid/platform';
import { DEMO_CONSUMERS } from './consumers.js';
import { DEMO_STATIONS } from './stations.js';
import { DEMO_UTILITIES } from './utilities.js';

interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
}

/** `DATA_DIR/demo-credentials.json` (INTERFACE §3); random secrets, made at first start. */
export interface DemoCredentials {
  readonly baseUrl: string;
  readonly issuer: string;
  readonly stations: Readonly<Record<string, { password: string; kioskToken: string }>>;
  readonly clients: Readonly<Record<string, ClientCredentials>>;
  readonly approvers: Readonly<Record<string, ClientCredentials>>;
  readonly consortium: ClientCredentials;
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
    consortium: client('consortium-administrator', []),
    providers: Object.fromEntries(
      DEMO_STATIONS.map(({ provider }) => [provider, client(provider, PROVIDER_SCOPES)]),
    ),
    staff: byUtility((slug) =>
      Object.fromEntries(
        STAFF_ROLES.map((role) => [role, { username: `${slug}/${role}`, password: ids.secret() }]),
      ),
    ),
    pins: Object.fromEntries(DEMO_CONSUMERS.map(({ cin }) => [cin, randomPin(ids)])),
    cards: Object.fromEntries(
      DEMO_CONSUMERS.flatMap(({ cin, contractId, uid }) =>
        contractId === undefined && uid === undefined ? [] : [[cin, { contractId, uid }]],
      ),
    ),
  };
}

function randomPin(ids: IdSource): string {
  return (BigInt(`0x${ids.salt()}`) % 10n ** BigInt(PIN_DIGITS))
    .toString()
    .padStart(PIN_DIGITS, '0');
}

/** Reads the credentials, or makes them; the addresses are those of this start. */
export async function openCredentials(
  dataDir: string,
  baseUrl: string,
  ids: IdSource,
): Promise<DemoCredentials> {
  const path = join(dataDir, 'demo-credentials.json');
  const existing = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  const credentials =
    existing === null
      ? makeCredentials(baseUrl, ids)
      : { ...(JSON.parse(existing) as DemoCredentials), ...addressesOf(baseUrl) };
  const draft = `${path}.new`;
  await writeFile(draft, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, path);
  return credentials;
}
