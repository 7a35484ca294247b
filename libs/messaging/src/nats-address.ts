/** Where the bus is and who knocks, as NATS's own client takes it. */
export interface NatsAddress {
  /** `host:port`, without what opens the door */
  readonly servers: string[];
  readonly user?: string;
  readonly pass?: string;
  readonly token?: string;
  /** below which this user's answers come: what a server that keeps users apart lets it hear */
  readonly inboxPrefix?: string;
  /** present where a scheme asks for it: a server without TLS is then refused */
  readonly tls?: object;
}

/** `_INBOX.duke-energy_aaa` for the user `duke-energy/aaa`. */
export function inboxPrefixOf(user: string): string {
  return `_INBOX.${user.replaceAll(/[^\w-]/g, '_')}`;
}

/** NATS's client drops what stands before the @, and would knock as nobody. */
function credentialsOf({ username, password }: URL): Omit<NatsAddress, 'servers' | 'tls'> {
  if (username === '') return {};
  const user = decodeURIComponent(username);
  if (password === '') return { token: user };
  return { user, pass: decodeURIComponent(password), inboxPrefix: inboxPrefixOf(user) };
}

/**
 * @param url `nats://[user:password@ | token@]host[:port]`, `tls://…` for an encrypted link; several
 *   servers of one cluster are separated by commas and share the first one's credentials
 * @throws TypeError for what is no URL; the message does not repeat it
 */
export function readNatsAddress(url: string): NatsAddress {
  const urls = url.split(',').map((one) => {
    const trimmed = one.trim();
    const text = trimmed.includes('://') ? trimmed : `nats://${trimmed}`;
    if (!URL.canParse(text) || new URL(text).hostname === '') {
      throw new TypeError('the address of the bus is no URL');
    }
    return new URL(text);
  });
  const [first] = urls;
  return {
    servers: urls.map(({ host }) => host),
    ...(first === undefined ? {} : credentialsOf(first)),
    ...(urls.some(({ protocol }) => protocol === 'tls:') ? { tls: {} } : {}),
  };
}
