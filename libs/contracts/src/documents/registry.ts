import { z } from 'zod';
import { currencyCode, signed, utilitySlug } from '../values.js';

/** A public key that a utility signs (or decrypts PINs) with; `kid` = `<service>-<n>`. */
export const publicJwk = z.looseObject({
  kty: z.string(),
  crv: z.string().optional(),
  x: z.string().optional(),
  y: z.string().optional(),
  kid: z.string(),
  use: z.enum(['sig', 'enc']),
  alg: z.string(),
});
export type PublicJwk = z.infer<typeof publicJwk>;

/** Who is in the consortium: routing prefixes, provider ids, keys. Signed by the consortium. */
export const registryDocument = z.strictObject({
  type: z.literal('registry'),
  schemaVersion: z.literal(1),
  version: z.int().min(1),
  utilities: z.array(
    z.strictObject({
      utility: utilitySlug,
      name: z.string(),
      /** the first ten digits of its consumers' CINs */
      cinPrefixes: z.array(z.string().regex(/^\d{10}$/)),
      /** country and provider of its contract ids: `USALA` */
      contractProviders: z.array(z.string().regex(/^[A-Z]{2}[A-Z0-9]{3}$/)),
      currency: currencyCode,
      timeZone: z.string(),
      keys: z.array(publicJwk),
    }),
  ),
});
export type RegistryDocument = z.infer<typeof registryDocument>;
export type RegistryEntry = RegistryDocument['utilities'][number];
export const signedRegistry = signed(registryDocument);
export type SignedRegistry = z.infer<typeof signedRegistry>;
