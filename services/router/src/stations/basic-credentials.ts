/** User name and password of an HTTP Basic header (RFC 7617). */
export interface BasicCredentials {
  readonly user: string;
  readonly password: string;
}

const BASIC = /^Basic +([A-Za-z0-9+/_=-]{1,1024})$/i;

/** The header's credentials; null where there are none, or they cannot be read. */
export function readBasicCredentials(header: string | undefined): BasicCredentials | null {
  const encoded = BASIC.exec(header ?? '')?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) return null;
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

const CREDENTIAL_PARAMETER =
  /^(?:access_?token|api_?key|auth|authorization|credentials?|key|pass|passw(?:or)?d|pin|pwd|secret|token|user|username)$/i;

/** Whether a URL carries credentials in its query, where every proxy on the way would log them. */
export function hasCredentialsInQuery(url: string): boolean {
  const query = url.split('?', 2)[1];
  if (query === undefined) return false;
  return [...new URLSearchParams(query).keys()].some((name) => CREDENTIAL_PARAMETER.test(name));
}
