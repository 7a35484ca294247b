import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { contracts, collectionOf, mspOf, SettlementContract } from '../src/index.js';
import { canonicalText } from '../src/canonical.js';
import { CommittedState, type Invocation } from './committed-state.js';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const KEY = hashOf('invoice key');
const HASH = hashOf('invoice document');
const SALT = hashOf('invoice salt');
const parties = { creditor: 'duke-energy', debtor: 'georgia-power' };

const present: Invocation = {
  method: 'presentInvoice',
  caller: 'duke-energy',
  argument: { ...parties, businessKey: KEY },
  transient: { documentHash: HASH, salt: SALT },
};

const accept: Invocation = {
  method: 'acceptInvoice',
  caller: 'georgia-power',
  argument: { ...parties, businessKey: hashOf('acceptance key'), invoiceKey: KEY },
  transient: {
    documentHash: hashOf('acceptance document'),
    salt: hashOf('acceptance salt'),
    invoiceHash: HASH,
    invoiceSalt: SALT,
  },
};

async function messageOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error: unknown) => (error as Error).message,
  );
}

describe('a transaction', () => {
  it('writes the fact, its receipt and its marker into its own collection alone', async () => {
    const state = new CommittedState();
    const answer = await state.run(present);
    expect(answer).toEqual({ businessKey: KEY, documentHash: HASH, first: true });
    const own = '_implicit_org_duke-energy-msp';
    expect(
      Object.fromEntries([...state.writes].map(([key, value]) => [key, String(value)])),
    ).toEqual({
      [`${own} ${KEY}`]: canonicalText({
        businessKey: KEY,
        ...parties,
        documentHash: HASH,
        kind: 'invoice',
        salt: SALT,
      }),
      [`${own} ${KEY}.receipt`]: canonicalText({
        recordedAt: '2025-12-01T00:00:00.250Z',
        txId: 'f'.repeat(64),
      }),
      [`${own} ${KEY}.presented`]: canonicalText({ businessKey: KEY, salt: SALT }),
    });
  });

  it('writes nothing the second time', async () => {
    const state = new CommittedState();
    await state.run(present);
    expect(await state.run(present)).toMatchObject({ first: false });
    expect(state.writes.size).toBe(0);
  });

  it('upon an invoice writes into the collection of its party alone', async () => {
    const state = new CommittedState();
    await state.run(present);
    await state.run(accept);
    const own = `${collectionOf('georgia-power')} `;
    expect(state.writes.size).toBe(3);
    expect([...state.writes.keys()].every((key) => key.startsWith(own))).toBe(true);
  });

  it('reads the same keys of an invoice whatever state it is in', async () => {
    const state = new CommittedState();
    await state.run(present);
    const markers = (reads: readonly string[]): string[] =>
      reads.filter((read) => /\.(presented|verified|disputed|accepted|credited)$/.test(read));
    const before = (await state.run(accept), markers(state.reads));
    const credit: Invocation = {
      ...accept,
      method: 'creditInvoice',
      caller: 'duke-energy',
      argument: { ...parties, businessKey: hashOf('credit key'), invoiceKey: KEY },
    };
    await state.run(credit);
    expect(markers(state.reads)).toEqual(before);
    expect(before).toHaveLength(5);
  });
});

describe('a refusal', () => {
  it.each<[string, Invocation, string]>([
    [
      'another document',
      { ...present, transient: { documentHash: SALT, salt: SALT } },
      'ledger_conflict',
    ],
    ['another caller', { ...present, caller: 'georgia-power' }, 'forbidden'],
    ['no hash', { ...present, transient: { salt: SALT } }, 'malformed_request'],
    [
      'a bad slug',
      { ...present, argument: { ...parties, debtor: 'X', businessKey: KEY } },
      'malformed_request',
    ],
  ])('of %s is canonical JSON with a code', async (_, invocation, code) => {
    const state = new CommittedState();
    await state.run(present);
    const message = await messageOf(state.run(invocation));
    const refusal = JSON.parse(message) as { code: string; detail: string };
    expect(refusal.code).toBe(code);
    expect(canonicalText(refusal)).toBe(message);
  });

  it.each([
    ['spaces', `{ "businessKey":"${KEY}"}`],
    ['a member twice', `{"businessKey":"${KEY}","businessKey":"${KEY}"}`],
    ['another order', `{"debtor":"georgia-power","businessKey":"${KEY}"}`],
    ['no object', '"text"'],
    ['no JSON', '{'],
  ])('an argument with %s is refused', async (_, argument) => {
    const message = await messageOf(new CommittedState().runText({ ...present, argument }));
    expect(JSON.parse(message)).toMatchObject({ code: 'malformed_request' });
  });

  it('is no refusal when the peer fails: the failure stays what it is', async () => {
    const contract = new SettlementContract();
    const context = contract.createContext();
    context.stub = {
      getTransient: () => {
        throw new Error('the peer is gone');
      },
    } as unknown as typeof context.stub;
    expect(await messageOf(contract.presentInvoice(context, '{}'))).toBe('the peer is gone');
  });
});

describe('reading', () => {
  it('answers a fact with its receipt to its owner, nothing to others', async () => {
    const state = new CommittedState();
    await state.run(present);
    const read: Invocation = {
      method: 'readRecord',
      caller: 'duke-energy',
      argument: { businessKey: KEY },
    };
    expect(await state.run(read)).toMatchObject({
      fact: { documentHash: HASH, kind: 'invoice' },
      receipt: { txId: 'f'.repeat(64) },
    });
    expect(await state.run({ ...read, caller: 'georgia-power' })).toBeNull();
  });
});

describe('the package', () => {
  it('B140: serves one contract whose public methods are its transactions, and none that deletes', () => {
    expect(contracts).toEqual([SettlementContract]);
    const methods = Object.getOwnPropertyNames(SettlementContract.prototype).sort();
    expect(methods).toEqual([
      'acceptInvoice',
      'constructor',
      'creditInvoice',
      'disputeInvoice',
      'presentInvoice',
      'readRecord',
      'recordAgreement',
      'recordPayment',
      'recordSettlement',
      'verifyInvoice',
    ]);
  });

  it('names an organisation after its utility', () => {
    expect(mspOf('duke-energy')).toBe('duke-energy-msp');
    expect(() => mspOf('Duke Energy')).toThrow('not a utility name');
  });
});
