import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mspOf } from './layout.mjs';

export const CHAINCODE = 'settlement';

/** How a member reaches the channel: its own peer, the identity of a program of its own. */
export function connectionOf(layout, slug) {
  const msp = join(layout.userDir(slug, 'User1'), 'msp');
  const [key] = readdirSync(join(msp, 'keystore'));
  const [certificate] = readdirSync(join(msp, 'signcerts'));
  return {
    mspId: mspOf(slug),
    peer: {
      endpoint: layout.peerAddress(slug),
      tlsCa: join(layout.peerDir(slug), 'tls/ca.crt'),
    },
    identity: {
      certificate: join(msp, 'signcerts', certificate),
      privateKey: join(msp, 'keystore', key),
    },
  };
}

/** Writes what the ledger service reads, for all members of the trial. @returns its path */
export function writeConnectionFile(layout) {
  const path = layout.path('connection.json');
  const members = layout.members.map((slug) => [slug, connectionOf(layout, slug)]);
  const connection = {
    channel: layout.channel,
    chaincode: CHAINCODE,
    members: Object.fromEntries(members),
  };
  writeFileSync(path, `${JSON.stringify(connection, null, 2)}\n`, { mode: 0o600 });
  return path;
}
