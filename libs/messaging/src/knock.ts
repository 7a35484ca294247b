import { readNatsAddress } from './nats-address.js';
import { linkTo, openLink } from './nats-link.js';

/**
 * Whether the bus lets a user in, now.
 *
 * @param url `nats://user:password@host:port`
 * @throws RoamgridError `peer_unreachable` where it does not
 */
export async function knock(url: string): Promise<void> {
  const link = await openLink(linkTo(readNatsAddress(url)));
  await link.close();
}
