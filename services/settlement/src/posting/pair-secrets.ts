import { createHmac } from 'node:crypto';

/**
 * The secret of each pair of utilities, derived from one that both hold; the same for either side.
 *
 * @param shared secret that every member of a trial consortium reads from one place
 */
export function pairSecretsFrom(
  shared: Uint8Array,
  utility: string,
): (partner: string) => Uint8Array {
  return (partner) =>
    createHmac('sha256', shared)
      .update(JSON.stringify([utility, partner].sort()))
      .digest();
}
