import type { JWK } from 'jose';
import type { ClientMetadata } from 'oidc-provider';

/** A program (or the person behind it) that may ask for tokens. */
export interface IdentityClient {
  readonly clientId: string;
  /** for `client_secret_basic`; not together with `jwks` */
  readonly clientSecret?: string;
  /** public keys for `private_key_jwt` */
  readonly jwks?: { readonly keys: readonly JWK[] };
  /** slug of the utility it works for; null for the consortium's administrator */
  readonly utility: string | null;
  readonly scopes: readonly string[];
  /** who acts, as the four-eyes rule tells people apart; two clients of one person share it */
  readonly subject: string;
  /** as people read it */
  readonly name: string;
  readonly roles: readonly string[];
  /** charging-infrastructure provider: the token opens that provider's stations only */
  readonly provider?: string;
}

/** `urn:roamgrid:utility:<slug>`: what a token for a utility's API is issued for. */
export function resourceOf(client: IdentityClient): string {
  return client.utility === null
    ? 'urn:roamgrid:consortium'
    : `urn:roamgrid:utility:${client.utility}`;
}

/** @throws Error for a client without exactly one way to authenticate */
export function clientMetadata(client: IdentityClient): ClientMetadata {
  const shared: ClientMetadata = {
    client_id: client.clientId,
    client_name: client.name,
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    id_token_signed_response_alg: 'ES256',
  };
  if ((client.jwks === undefined) === (client.clientSecret === undefined)) {
    throw new Error(`client ${client.clientId} needs either a secret or keys`);
  }
  if (client.jwks === undefined) {
    return {
      ...shared,
      client_secret: client.clientSecret,
      token_endpoint_auth_method: 'client_secret_basic',
    };
  }
  return {
    ...shared,
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [...client.jwks.keys] },
  };
}
