import { createHash } from 'node:crypto';
import type { Context } from '../src/fabric.js';
import { SettlementContract } from '../src/settlement-contract.js';
import { canonicalText } from '../src/canonical.js';
import { mspOf } from '../src/parties.js';

type Method = Exclude<keyof SettlementContract, keyof import('../src/fabric.js').Contract>;

export interface Invocation {
  readonly method: Method;
  readonly caller: string;
  readonly argument: unknown;
  readonly transient?: Readonly<Record<string, unknown>>;
}

/** Private collections in memory, with what a transaction read and wrote, as an endorsing peer keeps it. */
export class CommittedState {
  readonly values = new Map<string, Uint8Array>();
  readonly reads: string[] = [];
  readonly writes = new Map<string, Uint8Array>();

  async run(invocation: Invocation): Promise<unknown> {
    return this.runText({ ...invocation, argument: canonicalText(invocation.argument) });
  }

  /** Runs one transaction on the committed state and commits it when it succeeds. */
  async runText(invocation: Invocation & { readonly argument: string }): Promise<unknown> {
    this.reads.length = 0;
    this.writes.clear();
    const contract = new SettlementContract();
    const context = contract.createContext();
    context.stub = this.#stub(invocation) as Context['stub'];
    context.clientIdentity = {
      getMSPID: () => mspOf(invocation.caller),
    } as Context['clientIdentity'];
    const answer = await contract[invocation.method](context, invocation.argument);
    for (const [key, value] of this.writes) this.values.set(key, value);
    return JSON.parse(answer);
  }

  #stub({ transient = {} }: Invocation): unknown {
    const at = (collection: string, key: string): string => `${collection} ${key}`;
    const committed = (collection: string, key: string): Uint8Array => {
      this.reads.push(at(collection, key));
      return this.values.get(at(collection, key)) ?? Buffer.alloc(0);
    };
    return {
      getTxID: () => 'f'.repeat(64),
      getTxTimestamp: () => ({ seconds: { toNumber: () => 1_764_547_200 }, nanos: 250_000_000 }),
      getTransient: () =>
        new Map(
          Object.entries(transient).map(([name, value]) => [
            name,
            Buffer.from(canonicalText(value)),
          ]),
        ),
      getPrivateData: (collection: string, key: string) =>
        Promise.resolve(committed(collection, key)),
      getPrivateDataHash: (collection: string, key: string) => {
        const value = committed(collection, key);
        const hash = createHash('sha256').update(value).digest();
        return Promise.resolve(value.length === 0 ? Buffer.alloc(0) : hash);
      },
      putPrivateData: (collection: string, key: string, value: Uint8Array) => {
        this.writes.set(at(collection, key), value);
        return Promise.resolve();
      },
    };
  }
}
