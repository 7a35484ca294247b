import { describe, expect, it } from '@jest/globals';
import type { Queries } from '../../src/embedded/private-state.js';
import { TransactionStub } from '../../src/embedded/transaction-stub.js';

const OWN = '_implicit_org_duke-energy-msp';
const FOREIGN = '_implicit_org_georgia-power-msp';

const nothingCommitted: Queries = { query: () => Promise.resolve([]) };

const newStub = (): TransactionStub =>
  new TransactionStub({
    queries: nothingCommitted,
    txId: 'f'.repeat(64),
    proposedAtMs: 1_764_547_200_250,
    callerMsp: 'duke-energy-msp',
    transient: new Map([['salt', Buffer.from('"s"')]]),
  });

describe('TransactionStub', () => {
  it('never shows a transaction its own writes', async () => {
    const stub = newStub();
    await stub.putPrivateData(OWN, 'key', Buffer.from('value'));
    expect(await stub.getPrivateData(OWN, 'key')).toHaveLength(0);
    expect(await stub.getPrivateDataHash(OWN, 'key')).toHaveLength(0);
  });

  it('collects the last write to each key of each collection', async () => {
    const stub = newStub();
    await stub.putPrivateData(OWN, 'key', Buffer.from('first'));
    await stub.putPrivateData(FOREIGN, 'key', Buffer.from('other'));
    await stub.putPrivateData(OWN, 'key', Buffer.from('last'));
    expect(stub.writes.map(({ collection, value }) => [collection, String(value)])).toEqual([
      [OWN, 'last'],
      [FOREIGN, 'other'],
    ]);
  });

  it('shows private data to its owner only, its hash to everybody', async () => {
    const stub = newStub();
    await expect(stub.getPrivateData(FOREIGN, 'key')).rejects.toThrow('cannot read private data');
    expect(await stub.getPrivateDataHash(FOREIGN, 'key')).toHaveLength(0);
  });

  it('has no public keys', async () => {
    const stub = newStub();
    await expect(stub.getState('key')).rejects.toThrow('no public key');
    await expect(stub.putState('key')).rejects.toThrow('no public key');
  });

  it('gives the time of the proposal in seconds and nanoseconds', () => {
    const { seconds, nanos } = newStub().getTxTimestamp();
    expect([seconds.toNumber(), nanos]).toEqual([1_764_547_200, 250_000_000]);
  });
});
