import type { RegistryEntry } from '@roamgrid/contracts';
import type { IdentityClient } from '@roamgrid/identity';
import type { DemoCredentials, KeyClient } from './demonstration/credentials.js';
import { DEMO_STATIONS } from './demonstration/stations.js';

type Rest = Pick<IdentityClient, 'utility' | 'name' | 'roles' | 'provider'>;
interface Entry {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
}

const scopesOf = (scope: string): string[] => scope.split(' ').filter((one) => one !== '');

function bySecret(entry: Entry | undefined, rest: Rest): IdentityClient[] {
  if (entry === undefined) return [];
  const { clientId, clientSecret, scope } = entry;
  return [{ clientId, clientSecret, scopes: scopesOf(scope), subject: clientId, ...rest }];
}

function byKey({ clientId, jwks, scope }: KeyClient, rest: Rest): IdentityClient {
  const keys = jwks.keys.map((key) => ({ ...key }));
  return { clientId, jwks: { keys }, scopes: scopesOf(scope), subject: clientId, ...rest };
}

/** The programs that may ask the embedded authorization server for tokens. */
export function identityClients(
  credentials: DemoCredentials,
  members: readonly RegistryEntry[],
): IdentityClient[] {
  const keyClients = Object.values(credentials.keyClients ?? {});
  return [
    ...members.flatMap(({ utility, name }) => [
      ...bySecret(credentials.clients[utility], { utility, name, roles: ['billing'] }),
      ...bySecret(credentials.approvers[utility], { utility, name, roles: ['approver'] }),
      ...keyClients
        .filter((client) => client.utility === utility)
        .map((client) => {
          const roles = [client.role === 'api' ? 'billing' : 'approver'];
          return byKey(client, { utility, name, roles });
        }),
    ]),
    ...bySecret(credentials.consortium, { utility: null, name: 'Consortium', roles: [] }),
    ...DEMO_STATIONS.flatMap(({ provider, utility }) =>
      bySecret(credentials.providers[provider], {
        utility,
        name: provider,
        roles: ['provider'],
        provider,
      }),
    ),
  ];
}
