/** Peers learn of each other's contract by gossip: until then nobody can ask another organisation to endorse. */
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, credentials, status } from '@grpc/grpc-js';
import { connect, hash, signers } from '@hyperledger/fabric-gateway';
import { CHAINCODE, connectionOf } from './connection-file.mjs';
import { mspOf, NetworkError } from './layout.mjs';

const FOUND_BOUND_MS = 60_000;
const ANSWER_BOUND_MS = 10_000;
const POLL_MS = 200;
const NOBODY = JSON.stringify({ businessKey: '0'.repeat(64) });
/** no peer of the organisation is known yet, or none with the contract */
const NOT_FOUND = new Set([status.UNAVAILABLE, status.FAILED_PRECONDITION]);

async function isFound(contract, slug) {
  try {
    await contract.evaluate('readRecord', {
      arguments: [NOBODY],
      endorsingOrganizations: [mspOf(slug)],
    });
    return true;
  } catch (error) {
    // the contract's own refusal comes from a peer that was found
    return !NOT_FOUND.has(error.code);
  }
}

/** Returns once each member's peer finds each other member's. */
export async function waitUntilFound(layout) {
  const deadlineMs = Date.now() + FOUND_BOUND_MS;
  for (const slug of layout.members) {
    const { mspId, peer, identity } = connectionOf(layout, slug);
    const client = new Client(peer.endpoint, credentials.createSsl(readFileSync(peer.tlsCa)));
    const gateway = connect({
      client,
      identity: { mspId, credentials: readFileSync(identity.certificate) },
      signer: signers.newPrivateKeySigner(createPrivateKey(readFileSync(identity.privateKey))),
      hash: hash.sha256,
      evaluateOptions: () => ({ deadline: Date.now() + ANSWER_BOUND_MS }),
    });
    try {
      const contract = gateway.getNetwork(layout.channel).getContract(CHAINCODE);
      for (const other of layout.members) {
        while (!(await isFound(contract, other))) {
          if (Date.now() > deadlineMs) throw new NetworkError(`${slug} does not find ${other}`);
          await pause(POLL_MS);
        }
      }
    } finally {
      gateway.close();
      client.close();
    }
  }
}
