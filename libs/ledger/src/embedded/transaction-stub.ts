import type { InstantMs } from '@roamgrid/kernel';
import type { ContractRequest } from '../contract-messages.js';
import type { LedgerStub } from './ledger-contract.js';
import { readPrivateHash, readPrivateValue } from './private-state.js';
import type { PrivateWrite, Queries } from './private-state.js';

export interface TransactionStubOptions {
  readonly queries: Queries;
  readonly txId: string;
  readonly proposedAtMs: InstantMs;
  readonly callerMsp: string;
  readonly transient: ContractRequest['transient'];
}

/** The private collection that every organisation has on a Fabric channel. */
export const ownCollection = (mspId: string): string => `_implicit_org_${mspId}`;

/**
 * What the contract sees of the ledger during one transaction. As in Fabric, it reads what was committed
 * before the transaction and never its own writes, which are collected and leave with the block; and a
 * private value is read by its owner only, while everybody may read its hash.
 */
export class TransactionStub implements LedgerStub {
  readonly #options: TransactionStubOptions;
  readonly #writes = new Map<string, PrivateWrite>();
  #failure: unknown = undefined;

  constructor(options: TransactionStubOptions) {
    this.#options = options;
  }

  /** The last write to each key, in the order of the first. */
  get writes(): readonly PrivateWrite[] {
    return [...this.#writes.values()];
  }

  /** Why a read failed, if one did: the contract would tell it as a refusal of its own. */
  get failure(): unknown {
    return this.#failure;
  }

  getTxID(): string {
    return this.#options.txId;
  }

  getTxTimestamp(): ReturnType<LedgerStub['getTxTimestamp']> {
    const { proposedAtMs } = this.#options;
    const milliseconds = proposedAtMs % 1000;
    const seconds = (proposedAtMs - milliseconds) / 1000;
    return { seconds: { toNumber: () => seconds }, nanos: milliseconds * 1_000_000 };
  }

  getTransient(): Map<string, Uint8Array> {
    return new Map(this.#options.transient);
  }

  async getPrivateData(collection: string, key: string): Promise<Uint8Array> {
    if (collection !== ownCollection(this.#options.callerMsp)) {
      throw new Error(`${this.#options.callerMsp} cannot read private data of ${collection}`);
    }
    return this.#reading(readPrivateValue(this.#options.queries, collection, key));
  }

  async getPrivateDataHash(collection: string, key: string): Promise<Uint8Array> {
    return this.#reading(readPrivateHash(this.#options.queries, collection, key));
  }

  putPrivateData(collection: string, key: string, value: Uint8Array): Promise<void> {
    // A JSON list of two texts: no pair of collection and key can pass for another.
    this.#writes.set(JSON.stringify([collection, key]), { collection, key, value });
    return Promise.resolve();
  }

  getState(key: string): Promise<Uint8Array> {
    return refusePublic(key);
  }

  putState(key: string): Promise<void> {
    return refusePublic(key);
  }

  async #reading(value: Promise<Uint8Array>): Promise<Uint8Array> {
    try {
      return await value;
    } catch (error) {
      this.#failure ??= error;
      throw error;
    }
  }
}

function refusePublic(key: string): Promise<never> {
  return Promise.reject(new Error(`the contract uses no public key, but asked for ${key}`));
}
