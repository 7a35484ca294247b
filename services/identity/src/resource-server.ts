import { errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider';
import { resourceOf, type IdentityClient } from './identity-client.js';

const TOKEN_LIFE_SECONDS = 3600;

/**
 * What a client may have a token for: its own utility's API and nothing else.
 * @throws errors.InvalidTarget for another utility; errors.InvalidScope for more than it was given
 */
export function resourceServerFor(
  ctx: KoaContextWithOIDC,
  resource: string,
  client: IdentityClient,
): ResourceServer {
  if (resource !== resourceOf(client)) {
    throw new errors.InvalidTarget('this client has no access to that resource');
  }
  const parameters = ctx.oidc.params;
  const requested = parameters?.['scope'];
  if (parameters !== undefined && (requested === undefined || requested === '')) {
    // RFC 6749 §3.3: who asks for no scope gets the server's default, here all that was granted
    parameters['scope'] = client.scopes.join(' ');
  } else if (typeof requested === 'string') {
    const foreign = requested.split(' ').filter((scope) => !client.scopes.includes(scope));
    if (foreign.length > 0) {
      throw new errors.InvalidScope('requested scope is not allowed', foreign.join(' '));
    }
  }
  return {
    scope: client.scopes.join(' '),
    audience: resource,
    accessTokenTTL: TOKEN_LIFE_SECONDS,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'ES256' } },
  };
}
