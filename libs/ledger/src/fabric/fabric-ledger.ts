import type { Status, Transaction } from '@hyperledger/fabric-gateway';
import { readOutcome, readRequestFor, readStoredRecord, requestFor } from '../contract-messages.js';
import { LedgerError } from '../ledger-error.js';
import type { LedgerPort, LedgerReceipt, LedgerRecord, LedgerTransaction } from '../port.js';
import type { FabricConnection } from './connection-file.js';
import { endorsersOf } from './endorsers.js';
import { failureOf, unknownOutcome } from './failure.js';
import { FABRIC_DEADLINES, MemberChannel, type FabricDeadlines } from './member-channel.js';

/** `MVCC_READ_CONFLICT`, `PHANTOM_READ_CONFLICT`: another came first; `EXPIRED_CHAINCODE`: an upgrade did */
const TRY_ANEW: ReadonlySet<number> = new Set([11, 12, 14]);

const decoder = new TextDecoder();

/**
 * The ledger on a Hyperledger Fabric channel. Each member speaks with its own identity through its own peer,
 * and asks exactly those organisations to endorse in whose collections a transaction writes.
 */
export class FabricLedger implements LedgerPort {
  readonly #members: ReadonlyMap<string, MemberChannel>;
  readonly #mspOf: (slug: string) => string;

  /** @param mspOf the contract's own rule for the id of a member */
  constructor(
    connection: FabricConnection,
    mspOf: (slug: string) => string,
    deadlines: FabricDeadlines = FABRIC_DEADLINES,
  ) {
    this.#mspOf = mspOf;
    this.#members = new Map(
      [...connection.members].map(([slug, member]) => [
        slug,
        new MemberChannel(member, connection, deadlines),
      ]),
    );
  }

  async submit(transaction: LedgerTransaction): Promise<LedgerReceipt> {
    const member = this.#memberOf(transaction.caller);
    try {
      const endorsed = await this.#endorse(member, transaction);
      const outcome = readOutcome(decoder.decode(endorsed.getResult()));
      const first = outcome.first && (await this.#commit(member, endorsed, transaction));
      return await this.#receipt(member, transaction, first);
    } catch (error) {
      throw failureOf(error);
    }
  }

  async read(caller: string, businessKey: string): Promise<LedgerRecord | null> {
    const member = this.#memberOf(caller);
    try {
      return await this.#read(member, businessKey);
    } catch (error) {
      throw failureOf(error);
    }
  }

  async height(): Promise<bigint> {
    const [member] = this.#members.values();
    if (member === undefined) throw new LedgerError('ledger_unavailable', 'no member is connected');
    try {
      return await member.height();
    } catch (error) {
      throw failureOf(error);
    }
  }

  close(): Promise<void> {
    for (const member of this.#members.values()) member.close();
    return Promise.resolve();
  }

  #memberOf(slug: string): MemberChannel {
    const member = this.#members.get(slug);
    if (member !== undefined) return member;
    mspIdOf(this.#mspOf, slug);
    throw new LedgerError('ledger_unavailable', `${slug} has no way to the channel here`);
  }

  #endorse(member: MemberChannel, transaction: LedgerTransaction): Promise<Transaction> {
    const { argument, transient } = requestFor(transaction);
    return member.contract
      .newProposal(transaction.name, {
        arguments: [argument],
        transientData: Object.fromEntries(transient),
        endorsingOrganizations: endorsersOf(transaction).map((slug) => mspIdOf(this.#mspOf, slug)),
      })
      .endorse();
  }

  /** @returns whether this submission recorded it; false where another one did meanwhile */
  async #commit(
    member: MemberChannel,
    endorsed: Transaction,
    transaction: LedgerTransaction,
  ): Promise<boolean> {
    const { successful, code } = await commitStatus(endorsed);
    if (successful) return true;
    const found = await this.#read(member, transaction.businessKey);
    if (found?.documentHash === transaction.documentHash) return false;
    if (found !== null) {
      throw new LedgerError('ledger_conflict', 'another document is recorded under this key');
    }
    const kind = TRY_ANEW.has(code) ? 'ledger_unavailable' : 'forbidden';
    throw new LedgerError(kind, `the network took it as invalid, code ${String(code)}`);
  }

  async #receipt(
    member: MemberChannel,
    { businessKey }: LedgerTransaction,
    first: boolean,
  ): Promise<LedgerReceipt> {
    const record = await this.#read(member, businessKey);
    if (record === null) {
      throw new LedgerError('ledger_outcome_unknown', 'the own peer does not know the record yet');
    }
    const { txId, blockNumber, documentHash, committedAt } = record;
    return { txId, blockNumber, businessKey, documentHash, committedAt, first };
  }

  async #read(member: MemberChannel, businessKey: string): Promise<LedgerRecord | null> {
    const { argument } = readRequestFor(businessKey);
    const stored = readStoredRecord(decoder.decode(await member.evaluate('readRecord', argument)));
    if (stored === null) return null;
    return { ...stored, blockNumber: String(await member.blockNumberOf(stored.txId)) };
  }
}

async function commitStatus(endorsed: Transaction): Promise<Status> {
  try {
    return await (await endorsed.submit()).getStatus();
  } catch (error) {
    throw unknownOutcome(error);
  }
}

function mspIdOf(mspOf: (slug: string) => string, slug: string): string {
  try {
    return mspOf(slug);
  } catch (error) {
    throw new LedgerError('malformed_request', 'a party is no utility', { cause: error });
  }
}
