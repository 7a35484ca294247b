import { watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { ConfigurationError } from '@roamgrid/platform';
import type { JWK } from 'jose';
import { z } from 'zod';
import type { IdentityClient } from './identity-client.js';

const publicJwk = z.custom<JWK>(
  (value) => typeof value === 'object' && value !== null && 'kty' in value && !('d' in value),
  'a public JWK, without its private half',
);

const client = z
  .strictObject({
    clientId: z.string().min(1),
    clientSecret: z.string().min(16, 'at least 16 characters').exactOptional(),
    jwks: z.strictObject({ keys: z.array(publicJwk).min(1) }).exactOptional(),
    utility: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,47}$/)
      .nullable(),
    scopes: z.array(z.string().regex(/^\S+$/)),
    subject: z.string().min(1).exactOptional(),
    name: z.string().min(1),
    roles: z.array(z.string().min(1)).default([]),
    provider: z.string().min(1).exactOptional(),
  })
  .refine((entry) => (entry.clientSecret === undefined) !== (entry.jwks === undefined), {
    message: 'either clientSecret or jwks',
  })
  .transform((entry): IdentityClient => ({ ...entry, subject: entry.subject ?? entry.clientId }));

const clients = z
  .array(client)
  .refine((all) => new Set(all.map(({ clientId }) => clientId)).size === all.length, {
    message: 'a clientId stands twice',
  });

function wrong(detail: string): ConfigurationError {
  return new ConfigurationError(`IDENTITY_CLIENTS: ${detail}`);
}

/**
 * Reads the programs that may ask for tokens.
 *
 * @throws ConfigurationError in one line, which never repeats a secret
 */
export async function readClients(path: string): Promise<readonly IdentityClient[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw wrong((error as NodeJS.ErrnoException).message);
  });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // the parser's own words quote the file, secrets and all
    throw wrong(`${path} is not JSON`);
  }
  const parsed = clients.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
  throw wrong(`${path}${place}: ${issue?.message ?? 'wrong'}`);
}

/** A new client is known this soon. */
const LOOK_AGAIN_MS = 500;

/**
 * Finds clients that were put into the file after the start. One that is changed or taken out stays as it was
 * until the next start.
 *
 * @param onFault told of a file that cannot be read; what was known stays known
 */
export function followClients(
  path: string,
  onFault: (error: unknown) => void,
): (clientId: string) => IdentityClient | undefined {
  const known = new Map<string, IdentityClient>();
  watchFile(path, { interval: LOOK_AGAIN_MS, persistent: false }, () => {
    readClients(path)
      .then((all) => {
        for (const one of all) if (!known.has(one.clientId)) known.set(one.clientId, one);
      })
      .catch(onFault);
  });
  return (clientId) => known.get(clientId);
}
