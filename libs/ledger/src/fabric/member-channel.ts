import { createPrivateKey } from 'node:crypto';
import { Client, credentials } from '@grpc/grpc-js';
import {
  connect,
  hash,
  signers,
  type Contract,
  type Gateway,
  type Network,
} from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';
import type { FabricConnection, FabricMember } from './connection-file.js';

/** How long each step of a transaction may take; the peer's and the orderer's own limits are longer. */
export interface FabricDeadlines {
  readonly evaluateMs: number;
  readonly endorseMs: number;
  readonly submitMs: number;
  readonly commitStatusMs: number;
}

export const FABRIC_DEADLINES: FabricDeadlines = {
  evaluateMs: 5_000,
  endorseMs: 15_000,
  submitMs: 10_000,
  commitStatusMs: 30_000,
};

/** the system chaincode that tells of blocks */
const QUERIES = 'qscc';
/** 100 MiB, which is what a peer takes */
const MESSAGE_BYTES = 100 * 1024 * 1024;

/** One member's way to the channel: its own identity at its own peer. */
export class MemberChannel {
  readonly mspId: string;
  readonly contract: Contract;
  readonly #channel: string;
  readonly #queries: Contract;
  readonly #gateway: Gateway;
  readonly #client: Client;

  constructor(member: FabricMember, connection: FabricConnection, deadlines: FabricDeadlines) {
    this.mspId = member.mspId;
    this.#channel = connection.channel;
    this.#client = new Client(member.endpoint, credentials.createSsl(member.tlsCa), {
      'grpc.max_send_message_length': MESSAGE_BYTES,
      'grpc.max_receive_message_length': MESSAGE_BYTES,
    });
    const within = (ms: number) => () => ({ deadline: Date.now() + ms });
    this.#gateway = connect({
      client: this.#client,
      identity: { mspId: member.mspId, credentials: member.certificate },
      signer: signers.newPrivateKeySigner(createPrivateKey(member.privateKey)),
      hash: hash.sha256,
      evaluateOptions: within(deadlines.evaluateMs),
      endorseOptions: within(deadlines.endorseMs),
      submitOptions: within(deadlines.submitMs),
      commitStatusOptions: within(deadlines.commitStatusMs),
    });
    const network: Network = this.#gateway.getNetwork(connection.channel);
    this.contract = network.getContract(connection.chaincode);
    this.#queries = network.getContract(QUERIES);
  }

  /** Asks the member's own peers only: another's could answer what it likes. */
  evaluate(name: string, argument: string): Promise<Uint8Array> {
    return this.contract.evaluate(name, {
      arguments: [argument],
      endorsingOrganizations: [this.mspId],
    });
  }

  /** Number of the block that holds a transaction. */
  async blockNumberOf(txId: string): Promise<bigint> {
    const bytes = await this.#query('GetBlockByTxID', txId);
    const header = common.Block.deserializeBinary(bytes).getHeader();
    if (header === undefined)
      throw new TypeError('the peer answered with a block without a header');
    return BigInt(header.getNumber());
  }

  async height(): Promise<bigint> {
    const bytes = await this.#query('GetChainInfo');
    return BigInt(common.BlockchainInfo.deserializeBinary(bytes).getHeight());
  }

  close(): void {
    this.#gateway.close();
    this.#client.close();
  }

  #query(name: string, ...more: readonly string[]): Promise<Uint8Array> {
    return this.#queries.evaluate(name, {
      arguments: [this.#channel, ...more],
      endorsingOrganizations: [this.mspId],
    });
  }
}
