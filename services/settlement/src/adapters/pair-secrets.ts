import { openSecretFile, type Registry } from '@roamgrid/platform';

/**
 * The secret of each pair, in a file that both read: enough for a trial under one operator, where alone the
 * two have a folder in common. A new member's secret is opened before anything is said to it.
 */
export async function openPairSecrets(
  folder: string,
  utility: string,
  registry: Registry,
): Promise<(partner: string) => Uint8Array> {
  const secrets = new Map<string, Uint8Array>();
  const openMissing = async (): Promise<void> => {
    for (const { utility: partner } of registry.utilities) {
      if (secrets.has(partner)) continue;
      const pair = [utility, partner].sort().join('--');
      secrets.set(partner, await openSecretFile(folder, pair));
    }
  };
  await openMissing();
  registry.onChange(openMissing);
  return (partner) => {
    const secret = secrets.get(partner);
    if (secret === undefined) throw new Error(`no secret is shared with ${partner}`);
    return secret;
  };
}
