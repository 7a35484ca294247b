import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RoamgridError } from '@roamgrid/kernel';
import type { IdSource } from '@roamgrid/platform';
import {
  readCredentials,
  staffOf,
  UTILITY_SCOPES,
  type ClientCredentials,
  type DemoCredentials,
  type KeyClient,
} from './credentials.js';

/** Public keys of a member's own programs, by what they are for. */
export interface MemberKeys {
  readonly api?: KeyClient['jwks'] | undefined;
  readonly approver?: KeyClient['jwks'] | undefined;
}

/** One program of a member and how it signs in: by a secret, or by the keys that it told. */
export type MemberClient = ClientCredentials | KeyClient;

export interface MemberAccess {
  readonly api: MemberClient;
  readonly approver: MemberClient;
}

const KINDS = ['api', 'approver'] as const;
type Kind = (typeof KINDS)[number];

const clientIdOf = (utility: string, kind: Kind): string => `${utility}-${kind}`;

/** `DATA_DIR/demo-credentials.json` while the gateway runs: members that join are put into it. */
export class CredentialsFile {
  readonly #dataDir: string;
  readonly #ids: IdSource;
  #credentials: DemoCredentials;

  constructor(dataDir: string, credentials: DemoCredentials, ids: IdSource) {
    this.#dataDir = dataDir;
    this.#credentials = credentials;
    this.#ids = ids;
  }

  get current(): DemoCredentials {
    return this.#credentials;
  }

  /** Gives a member its two programs and its staff, or those that it has. */
  async addMember(utility: string, keys: MemberKeys = {}): Promise<MemberAccess> {
    const before = this.#credentials;
    const access = {
      api: this.#find(utility, 'api') ?? this.#make(utility, 'api', keys.api),
      approver: this.#find(utility, 'approver') ?? this.#make(utility, 'approver', keys.approver),
    };
    const withSecret = (kind: Kind): Record<string, ClientCredentials> => {
      const client = access[kind];
      return 'clientSecret' in client ? { [utility]: client } : {};
    };
    const withKeys = KINDS.flatMap((kind) => {
      const client = access[kind];
      return 'jwks' in client ? [[client.clientId, client] as const] : [];
    });
    this.#credentials = {
      ...before,
      clients: { ...before.clients, ...withSecret('api') },
      approvers: { ...before.approvers, ...withSecret('approver') },
      keyClients: { ...before.keyClients, ...Object.fromEntries(withKeys) },
      staff: { ...before.staff, [utility]: before.staff[utility] ?? staffOf(utility, this.#ids) },
    };
    await writeCredentials(this.#dataDir, this.#credentials);
    return access;
  }

  /** @throws RoamgridError `state_conflict` where a program of the member has other keys */
  checkSame(utility: string, keys: MemberKeys = {}): void {
    const faults = KINDS.filter((kind) => {
      const known = this.#find(utility, kind);
      const told = known !== undefined && 'jwks' in known ? known.jwks : undefined;
      return known !== undefined && JSON.stringify(told) !== JSON.stringify(keys[kind]);
    }).map((kind) => ({ path: `clientKeys.${kind}`, message: 'differs from what is registered' }));
    if (faults.length === 0) return;
    throw new RoamgridError(
      'state_conflict',
      'the programs of this utility have other keys',
      faults,
    );
  }

  #find(utility: string, kind: Kind): MemberClient | undefined {
    const { clients, approvers, keyClients = {} } = this.#credentials;
    const bySecret = (kind === 'api' ? clients : approvers)[utility];
    return bySecret ?? keyClients[clientIdOf(utility, kind)];
  }

  #make(utility: string, kind: Kind, jwks: KeyClient['jwks'] | undefined): MemberClient {
    const shared = { clientId: clientIdOf(utility, kind), scope: UTILITY_SCOPES.join(' ') };
    return jwks === undefined
      ? { ...shared, clientSecret: this.#ids.secret() }
      : { ...shared, utility, role: kind, jwks };
  }
}

/** Whole or not at all, readable by its owner only. */
export async function writeCredentials(
  dataDir: string,
  credentials: DemoCredentials,
): Promise<void> {
  const path = join(dataDir, 'demo-credentials.json');
  const draft = `${path}.new`;
  await writeFile(draft, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, path);
}

/** Reads the credentials, or makes them; the addresses are those of this start. */
export async function openCredentials(
  dataDir: string,
  baseUrl: string,
  ids: IdSource,
): Promise<CredentialsFile> {
  const credentials = await readCredentials(dataDir, baseUrl, ids);
  await writeCredentials(dataDir, credentials);
  return new CredentialsFile(dataDir, credentials, ids);
}
