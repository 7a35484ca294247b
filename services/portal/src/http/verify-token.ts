import { RoamgridError } from '@roamgrid/kernel';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { Caller } from './caller.js';

export interface TokenRules {
  /** whom the token must have been issued for: `urn:roamgrid:utility:duke-energy` */
  readonly audience: string;
  readonly issuer: string;
  readonly keys: JWTVerifyGetKey;
  readonly now: () => number;
}

const CLOCK_TOLERANCE_SECONDS = 5;

/** Identity's published keys; asked again at most every 30 s, so that forged key ids cost nothing. */
export function publishedKeys(jwksUri: string): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(jwksUri), { cooldownDuration: 30_000, timeoutDuration: 5_000 });
}

export function audienceOf(utility: string): string {
  return `urn:roamgrid:utility:${utility}`;
}

function refusal(error: unknown): RoamgridError {
  // what jose itself finds wrong with a token; a failed fetch of the keys is another matter
  const isTokenFault =
    error instanceof errors.JOSEError && error.code !== 'ERR_JOSE_GENERIC' && !isTimeout(error);
  return isTokenFault
    ? new RoamgridError('unauthorized', 'the access token is not valid')
    : new RoamgridError('peer_unreachable', 'the keys of the authorization server cannot be had');
}

function isTimeout(error: errors.JOSEError): boolean {
  return error.code === errors.JWKSTimeout.code;
}

function bearer(header: string | undefined): string {
  const match = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(header ?? '');
  if (match?.[1] === undefined) {
    throw new RoamgridError('unauthorized', 'a bearer token is needed');
  }
  return match[1];
}

function audiences({ aud }: JWTPayload): readonly string[] {
  return typeof aud === 'string' ? [aud] : (aud ?? []);
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/**
 * @param header the request's Authorization header
 * @throws RoamgridError `unauthorized` for no valid token; `forbidden` for another utility's token
 */
export async function verifyToken(header: string | undefined, rules: TokenRules): Promise<Caller> {
  const token = bearer(header);
  const payload = await jwtVerify(token, rules.keys, {
    issuer: rules.issuer,
    typ: 'at+jwt',
    algorithms: ['ES256', 'EdDSA'],
    requiredClaims: ['exp', 'sub', 'aud'],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    currentDate: new Date(rules.now()),
  }).then(
    (verified) => verified.payload,
    (error: unknown) => {
      throw refusal(error);
    },
  );
  if (!audiences(payload).includes(rules.audience)) {
    throw new RoamgridError('forbidden', 'the token was issued for somebody else');
  }
  const subject = text(payload.sub) ?? '';
  return {
    subject,
    clientId: text(payload['client_id']) ?? subject,
    scopes: new Set((text(payload['scope']) ?? '').split(' ')),
    provider: text(payload['provider']),
  };
}
