import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mspOf, SettlementContract } from '@roamgrid/chaincode';
import { RoamgridError } from '@roamgrid/kernel';
import { CreateLedger, EmbeddedLedger, LedgerError } from '@roamgrid/ledger';
import { Database, startTestPostgres, testDatabase } from '@roamgrid/persistence';
import type { PostgresServer, TestDatabase, Transaction } from '@roamgrid/persistence';
import { specifyLedger } from './ledger-specification.js';
import { SettledPair } from './settled-pair.js';

const SCHEMA = 'ledger';
const STARTED_AT_MS = 1_764_547_200_000;

let server: PostgresServer;

beforeAll(async () => {
  server = await startTestPostgres();
});

afterAll(async () => {
  await server.stop();
});

const openTest = (): Promise<TestDatabase> =>
  testDatabase(server, { schema: SCHEMA, migrations: [CreateLedger] });

class BrokenContract extends SettlementContract {
  override presentInvoice(): Promise<string> {
    return Promise.reject(new TypeError('a defect of the contract'));
  }
}

function ledgerOver(database: Database, contract = new SettlementContract()): EmbeddedLedger {
  return new EmbeddedLedger({
    database,
    contract,
    mspOf,
    now: () => STARTED_AT_MS,
    newTransactionId: () => randomBytes(32).toString('hex'),
  });
}

const newPair = (): SettledPair => new SettledPair('duke-energy', 'georgia-power', randomBytes(32));

specifyLedger('embedded ledger', async () => {
  const test = await openTest();
  return {
    ledger: ledgerOver(test.database),
    members: ['duke-energy', 'georgia-power', 'con-edison'],
    stop: () => test.drop(),
  };
});

describe('the chain of the embedded ledger', () => {
  let test: TestDatabase;
  let ledger: EmbeddedLedger;

  beforeEach(async () => {
    test = await openTest();
    ledger = ledgerOver(test.database);
    const pair = newPair();
    for (const step of [pair.present(), pair.verify(), pair.accept(), pair.credit()]) {
      await ledger.submit(step);
    }
  });

  afterEach(async () => {
    await test.drop();
  });

  const tamper = (sql: string): Promise<unknown> => test.database.query(sql);

  it('is intact as it was written', async () => {
    expect(await ledger.verifyChain()).toMatchObject({ intact: true, height: 4n });
  });

  it('is intact without a block', async () => {
    const empty = await openTest();
    const verdict = await ledgerOver(empty.database).verifyChain();
    expect(verdict).toEqual({ intact: true, height: 0n, headHash: '0'.repeat(64) });
    await empty.drop();
  });

  it.each([
    [
      'a changed transaction',
      `UPDATE ledger_transaction SET content = replace(content, 'duke', 'luke') WHERE block_number = 1`,
      1n,
    ],
    [
      'a changed private value',
      `UPDATE private_state SET value = value || '\\x20' WHERE block_number = 2`,
      2n,
    ],
    [
      'a changed private value with its hash',
      `UPDATE private_state SET value = 'x', value_hash = sha256('x') WHERE block_number = 2`,
      2n,
    ],
    ['a private value taken away', 'DELETE FROM private_state WHERE block_number = 1', 1n],
    [
      'a private value put in',
      `INSERT INTO private_state VALUES ('_implicit_org_x', 'k', 1, 'x', sha256('x'))`,
      1n,
    ],
    [
      'a private value under another key',
      `UPDATE private_state SET key = key || '0' WHERE block_number = 3`,
      3n,
    ],
    ['a transaction taken away', 'DELETE FROM ledger_transaction WHERE block_number = 2', 2n],
    [
      'another transaction id',
      `UPDATE ledger_transaction SET tx_id = repeat('0', 64) WHERE block_number = 2`,
      2n,
    ],
    ['a changed hash', `UPDATE ledger_block SET block_hash = repeat('0', 64) WHERE number = 0`, 0n],
    [
      'a block cut out',
      `WITH a AS (DELETE FROM private_state WHERE block_number = 1),
            b AS (DELETE FROM ledger_transaction WHERE block_number = 1)
       DELETE FROM ledger_block WHERE number = 1`,
      1n,
    ],
    [
      'a transaction that says nothing, hashed anew',
      `WITH t AS (UPDATE ledger_transaction SET content = '{}' WHERE block_number = 3)
       UPDATE ledger_block SET data_hash = encode(sha256('{}'), 'hex'),
              block_hash = encode(sha256(convert_to(format(
                '{"dataHash":"%s","number":"3","previousHash":"%s"}',
                encode(sha256('{}'), 'hex'), previous_hash), 'UTF8')), 'hex')
        WHERE number = 3`,
      3n,
    ],
  ])('names the first block with %s', async (_, sql, blockNumber) => {
    await tamper(sql);
    expect(await ledger.verifyChain()).toMatchObject({ intact: false, blockNumber });
  });

  it('shows blocks cut off at the end to whom has kept a later one', async () => {
    const verdict = await ledger.verifyChain();
    if (!verdict.intact) throw new Error(verdict.reason);
    const anchor = { blockNumber: verdict.height - 1n, blockHash: verdict.headHash };
    expect(await ledger.verifyChain(anchor)).toMatchObject({ intact: true });
    await tamper('DELETE FROM private_state WHERE block_number = 3');
    await tamper('DELETE FROM ledger_transaction WHERE block_number = 3');
    await tamper('DELETE FROM ledger_block WHERE number = 3');
    expect(await ledger.verifyChain()).toMatchObject({ intact: true, height: 3n });
    expect(await ledger.verifyChain(anchor)).toMatchObject({ intact: false, blockNumber: 3n });
    const other = { blockNumber: 1n, blockHash: 'f'.repeat(64) };
    expect(await ledger.verifyChain(other)).toMatchObject({ intact: false, blockNumber: 1n });
  });

  it('holds no document hash and no salt in its blocks', async () => {
    const pair = newPair();
    const receipt = await ledger.submit(pair.present());
    const [row] = await test.database.query<{ content: string }>(
      'SELECT content FROM ledger_transaction WHERE tx_id = $1',
      [receipt.txId],
    );
    expect(row?.content).toContain(pair.invoiceKey);
    expect(row?.content).not.toContain(pair.invoiceHash);
    expect(row?.content).not.toContain(pair.salt(pair.invoiceKey));
  });
});

/** Commits and then loses the answer, as a connection does that breaks at the wrong moment. */
class AnswerLostAtCommit extends Database {
  override async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    await super.transaction(work);
    throw new RoamgridError('internal', 'The database did not say whether it committed');
  }
}

describe('what the embedded ledger says when the database fails', () => {
  it('is an unknown outcome where the commit was not confirmed, resolved by key', async () => {
    const test = await openTest();
    const { url } = test;
    const options = { url, schema: SCHEMA, applicationName: 'lossy', random: () => 0 };
    const lossyDatabase = new AnswerLostAtCommit(options);
    const lossy = ledgerOver(lossyDatabase);
    const pair = newPair();
    await expect(lossy.submit(pair.present())).rejects.toMatchObject({
      code: 'ledger_outcome_unknown',
      next: 'unknownOutcome',
    });
    const ledger = ledgerOver(test.database);
    const record = await ledger.read(pair.creditor, pair.invoiceKey);
    expect(record?.documentHash).toBe(pair.invoiceHash);
    const again = await ledger.submit(pair.present());
    expect(again).toMatchObject({ first: false, txId: record?.txId });
    await lossyDatabase.close();
    await test.drop();
  });

  it('is unavailable, and the same may be sent again, where nothing can be committed', async () => {
    const test = await openTest();
    const ledger = ledgerOver(test.database);
    await test.database.query('ALTER TABLE ledger_block RENAME TO ledger_block_away');
    const pair = newPair();
    await expect(ledger.submit(pair.present())).rejects.toMatchObject({
      code: 'ledger_unavailable',
      next: 'retrySame',
    });
    await test.database.query('ALTER TABLE ledger_block_away RENAME TO ledger_block');
    expect((await ledger.submit(pair.present())).first).toBe(true);
    await test.drop();
  });

  it('is unavailable once it is closed', async () => {
    const test = await openTest();
    const ledger = ledgerOver(test.database);
    await test.drop();
    const pair = newPair();
    const unavailable = { code: 'ledger_unavailable', next: 'retrySame' };
    await expect(ledger.submit(pair.present())).rejects.toMatchObject(unavailable);
    await expect(ledger.read(pair.creditor, pair.invoiceKey)).rejects.toMatchObject(unavailable);
    await expect(ledger.height()).rejects.toMatchObject(unavailable);
    await expect(ledger.verifyChain()).rejects.toMatchObject(unavailable);
  });

  it('is the defect itself where the contract breaks down, and nothing is recorded', async () => {
    const test = await openTest();
    const ledger = ledgerOver(test.database, new BrokenContract());
    const pair = newPair();
    const failure = await ledger.submit(pair.present()).catch((error: unknown) => error);
    expect(failure).not.toBeInstanceOf(LedgerError);
    expect(String(failure)).toContain('a defect of the contract');
    expect(await ledger.height()).toBe(0n);
    await test.drop();
  });
});
