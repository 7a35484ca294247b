import type { IdentityClient } from '@roamgrid/identity';
import type { DemoCredentials } from './demonstration/credentials.js';
import { DEMO_STATIONS } from './demonstration/stations.js';
import { DEMO_UTILITIES } from './demonstration/utilities.js';

/** The programs that may ask the embedded authorization server for tokens. */
export function identityClients(credentials: DemoCredentials): IdentityClient[] {
  const client = (
    entry: { clientId: string; clientSecret: string; scope: string } | undefined,
    rest: Pick<IdentityClient, 'utility' | 'name' | 'roles' | 'provider'>,
  ): IdentityClient[] =>
    entry === undefined
      ? []
      : [
          {
            clientId: entry.clientId,
            clientSecret: entry.clientSecret,
            scopes: entry.scope.split(' ').filter((scope) => scope !== ''),
            subject: entry.clientId,
            ...rest,
          },
        ];
  return [
    ...DEMO_UTILITIES.flatMap(({ slug, name }) => [
      ...client(credentials.clients[slug], { utility: slug, name, roles: ['billing'] }),
      ...client(credentials.approvers[slug], { utility: slug, name, roles: ['approver'] }),
    ]),
    ...client(credentials.consortium, { utility: null, name: 'Consortium', roles: [] }),
    ...DEMO_STATIONS.flatMap(({ provider, utility }) =>
      client(credentials.providers[provider], {
        utility,
        name: provider,
        roles: ['provider'],
        provider,
      }),
    ),
  ];
}
