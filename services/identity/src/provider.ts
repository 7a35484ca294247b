import { randomBytes } from 'node:crypto';
import type { JWK } from 'jose';
import {
  errors,
  Provider,
  type Adapter,
  type AdapterPayload,
  type Configuration,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import { clientMetadata, resourceOf, type IdentityClient } from './identity-client.js';
import { ExpiringMemory, MemoryAdapter } from './memory-adapter.js';
import { resourceServerFor } from './resource-server.js';

export interface ProviderOptions {
  readonly issuer: string;
  readonly clients: readonly IdentityClient[];
  /** one that came after the start */
  readonly laterClient: (clientId: string) => IdentityClient | undefined;
  readonly signingKey: JWK;
  readonly now: () => number;
  /** remembers used client assertions; this process's memory where there is none */
  readonly replay: Adapter | null;
}

function finder({ clients, laterClient }: ProviderOptions): (clientId: string) => IdentityClient {
  const byId = new Map(clients.map((client) => [client.clientId, client]));
  return (clientId) => {
    const client = byId.get(clientId) ?? laterClient(clientId);
    if (client === undefined) throw new errors.InvalidClient('no such client', clientId);
    return client;
  };
}

/** Where the provider looks for a client that it was not started with. */
class LaterClients extends MemoryAdapter {
  readonly #later: ProviderOptions['laterClient'];

  constructor(memory: ExpiringMemory, { laterClient, now }: ProviderOptions) {
    super(memory, 'Client', now);
    this.#later = laterClient;
  }

  override find(id: string): Promise<AdapterPayload | undefined> {
    const client = this.#later(id);
    return Promise.resolve(
      client === undefined ? undefined : (clientMetadata(client) as AdapterPayload),
    );
  }
}

type ClientOf = (clientId: string) => IdentityClient;

/** Tokens carry who acts and for whom, so that an API needs nothing but the token. */
function claimsOf(client: IdentityClient): Record<string, unknown> {
  return {
    name: client.name,
    roles: client.roles,
    ...(client.utility === null ? {} : { utility: client.utility }),
    ...(client.provider === undefined ? {} : { provider: client.provider }),
  };
}

function resourceIndicators(clientOf: ClientOf) {
  return {
    enabled: true,
    defaultResource: (
      _ctx: KoaContextWithOIDC,
      client: { clientId: string } | undefined,
    ): string => {
      if (client === undefined) throw new errors.InvalidTarget('no client to take a resource from');
      return resourceOf(clientOf(client.clientId));
    },
    useGrantedResource: () => true,
    getResourceServerInfo: (
      ctx: KoaContextWithOIDC,
      resource: string,
      client: { clientId: string },
    ) => resourceServerFor(ctx, resource, clientOf(client.clientId)),
  };
}

function configuration(options: ProviderOptions, clientOf: ClientOf): Configuration {
  const memory = new ExpiringMemory(options.now);
  return {
    adapter: (kind: string) => {
      if (kind === 'ReplayDetection' && options.replay !== null) return options.replay;
      return kind === 'Client'
        ? new LaterClients(memory, options)
        : new MemoryAdapter(memory, kind, options.now);
    },
    clients: options.clients.map(clientMetadata),
    jwks: { keys: [options.signingKey] },
    // no browser signs in yet, so that no cookie outlives this process
    cookies: { keys: [randomBytes(32).toString('hex')] },
    clientAuthMethods: ['client_secret_basic', 'private_key_jwt'],
    enabledJWA: {
      clientAuthSigningAlgValues: ['ES256', 'EdDSA', 'RS256', 'PS256'],
      idTokenSigningAlgValues: ['ES256'],
    },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    scopes: [],
    ttl: { ClientCredentials: 3600 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: resourceIndicators(clientOf),
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      dPoP: { enabled: false },
    },
    formats: {
      customizers: {
        jwt: (_ctx, token, parts) => {
          const client = clientOf(token.clientId ?? '');
          Object.assign(parts.payload, claimsOf(client), { sub: client.subject });
        },
      },
    },
  };
}

/** Of signing in people, which is not built, discovery says nothing. */
const UNSERVED = [
  'authorization_endpoint',
  'authorization_response_iss_parameter_supported',
  'claim_types_supported',
  'claims_parameter_supported',
  'claims_supported',
  'code_challenge_methods_supported',
  'id_token_signing_alg_values_supported',
  'prompt_values_supported',
  'request_parameter_supported',
  'request_uri_parameter_supported',
  'response_modes_supported',
  'subject_types_supported',
];

/** Discovery names what this server answers: tokens for programs, and its keys. */
async function tellOnlyWhatIsServed(
  context: KoaContextWithOIDC,
  next: () => Promise<void>,
): Promise<void> {
  await next();
  if (!context.path.endsWith('/.well-known/openid-configuration')) return;
  const body: unknown = context.body;
  if (typeof body !== 'object' || body === null) return;
  const served = Object.entries(body).filter(([member]) => !UNSERVED.includes(member));
  context.body = {
    ...Object.fromEntries(served),
    response_types_supported: [],
    grant_types_supported: ['client_credentials'],
  };
}

/** The embedded authorization server: client credentials for programs, each for its own utility. */
export function createProvider(options: ProviderOptions): Provider {
  const provider = new Provider(options.issuer, configuration(options, finder(options)));
  provider.proxy = true;
  provider.use(tellOnlyWhatIsServed);
  return provider;
}
