import { openSecretFile } from '@roamgrid/platform';

/**
 * The secret of each pair, in a file that both read: enough for a trial under one operator, where alone the
 * two have a folder in common.
 */
export async function openPairSecrets(
  folder: string,
  utility: string,
  partners: readonly string[],
): Promise<(partner: string) => Uint8Array> {
  const secrets = new Map<string, Uint8Array>();
  for (const partner of partners) {
    const pair = [utility, partner].sort().join('--');
    secrets.set(partner, await openSecretFile(folder, pair));
  }
  return (partner) => {
    const secret = secrets.get(partner);
    if (secret === undefined) throw new Error(`no secret is shared with ${partner}`);
    return secret;
  };
}
