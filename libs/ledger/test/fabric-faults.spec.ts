import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mspOf } from '@roamgrid/chaincode';
import type { LedgerPort, LedgerReceipt, LedgerTransaction } from '@roamgrid/ledger';
import { requestFor } from '../src/contract-messages.js';
import { readConnectionFile, type FabricConnection } from '../src/fabric/connection-file.js';
import { FabricLedger } from '../src/fabric/fabric-ledger.js';
import { FABRIC_DEADLINES, MemberChannel } from '../src/fabric/member-channel.js';
import { FabricNetwork, hasFabric } from './fabric-network.js';
import { SettledPair } from './settled-pair.js';

const CREDITOR = 'duke-energy';
const DEBTOR = 'alabama-power';
const STRANGER = 'georgia-power';

const describeFabric = hasFabric ? describe : describe.skip;
const newPair = (): SettledPair => new SettledPair(CREDITOR, DEBTOR, randomBytes(32));
const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;

/** `next` of the failure, or the receipt. */
async function attempt(ledger: LedgerPort, intent: LedgerTransaction): Promise<unknown> {
  return ledger.submit(intent).then(
    (receipt) => receipt.documentHash,
    (error: unknown) => (error as { next?: unknown }).next,
  );
}

describeFabric('a real network in trouble (needs FABRIC_BIN)', () => {
  let network: FabricNetwork;
  let connection: FabricConnection;
  let ledger: FabricLedger;

  beforeAll(async () => {
    network = await FabricNetwork.start([CREDITOR, DEBTOR, STRANGER]);
    connection = await readConnectionFile(network.connectionFile);
    ledger = new FabricLedger(connection, mspOf);
  });

  afterAll(async () => {
    await ledger.close();
    await network.remove();
  });

  /** As a poster does: the same again while nothing was recorded, the key first where that is not known. */
  async function post(intent: LedgerTransaction): Promise<LedgerReceipt> {
    let failure: unknown;
    for (let attempts = 0; attempts < 60; attempts += 1) {
      try {
        return await ledger.submit(intent);
      } catch (error) {
        failure = error;
        if (codeOf(error) !== 'ledger_unavailable' && codeOf(error) !== 'ledger_outcome_unknown') {
          throw error;
        }
      }
      await new Promise((wake) => setTimeout(wake, 500));
    }
    throw failure;
  }

  it.each([
    ['the creditor’s peer is killed', `peer-${CREDITOR}`],
    ['the creditor’s contract process is killed', `chaincode-${CREDITOR}`],
    ['the orderer is killed', 'orderer1'],
  ])('nothing is posted twice or lost where %s', async (_, node) => {
    const pair = newPair();
    await network.do('stop', node, '--kill');
    expect(['retrySame', 'unknownOutcome']).toContain(await attempt(ledger, pair.present()));
    await network.do('start', node);
    const receipt = await post(pair.present());
    const again = await post(pair.present());
    expect(again).toMatchObject({
      txId: receipt.txId,
      blockNumber: receipt.blockNumber,
      first: false,
    });
    expect(await ledger.read(CREDITOR, pair.invoiceKey)).toMatchObject({ txId: receipt.txId });
  });

  it('nobody is silenced: each party’s own steps need only its own peer', async () => {
    const pair = newPair();
    await network.do('stop', `peer-${DEBTOR}`, '--kill');
    const receipt = await post(pair.present());
    expect(receipt.first).toBe(true);
    expect(await attempt(ledger, pair.verify())).toBe('retrySame');
    await network.do('start', `peer-${DEBTOR}`);
    await network.do('stop', `peer-${CREDITOR}`, '--kill');
    expect((await post(pair.dispute())).first).toBe(true);
    await network.do('start', `peer-${CREDITOR}`);
    expect((await post(pair.accept())).first).toBe(true);
  });

  it('twenty at once under one key are one record', async () => {
    const pair = newPair();
    const receipts = await Promise.all(Array.from({ length: 20 }, () => post(pair.present())));
    expect(new Set(receipts.map(({ txId }) => txId)).size).toBe(1);
    expect(receipts.filter(({ first }) => first)).toHaveLength(1);
  });

  it('says that the outcome is unknown where the commit status is cut off; the key tells', async () => {
    const hasty = new FabricLedger(connection, mspOf, { ...FABRIC_DEADLINES, commitStatusMs: 1 });
    const pair = newPair();
    try {
      await expect(hasty.submit(pair.present())).rejects.toMatchObject({
        code: 'ledger_outcome_unknown',
        next: 'unknownOutcome',
      });
    } finally {
      await hasty.close();
    }
    const receipt = await post(pair.present());
    expect(receipt.documentHash).toBe(pair.invoiceHash);
    expect((await ledger.read(CREDITOR, pair.invoiceKey))?.txId).toBe(receipt.txId);
  });

  it('goes on while the contract is upgraded', async () => {
    const upgrade = network.do('deploy');
    const pairs = Array.from({ length: 10 }, newPair);
    const receipts: LedgerReceipt[] = [];
    for (const pair of pairs) receipts.push(await post(pair.present()));
    expect(await upgrade).toContain('sequence 2');
    expect((await post(newPair().present())).first).toBe(true);
    for (const [index, pair] of pairs.entries()) {
      expect(await ledger.read(CREDITOR, pair.invoiceKey)).toMatchObject({
        txId: receipts[index]?.txId,
      });
    }
  });

  it('two who collude with an altered contract cannot accept for the third', async () => {
    const pair = newPair();
    await post(pair.present());
    const folder = await alteredContract(join(network.dir, 'altered'));
    await network.runInstead(CREDITOR, folder);
    await network.runInstead(STRANGER, folder);
    const { argument, transient } = requestFor({ ...pair.accept(), caller: CREDITOR });
    const member = connection.members.get(CREDITOR);
    if (member === undefined) throw new Error('no such member');
    const channel = new MemberChannel(member, connection, FABRIC_DEADLINES);
    try {
      const endorsed = await channel.contract
        .newProposal('acceptInvoice', {
          arguments: [argument],
          transientData: Object.fromEntries(transient),
          endorsingOrganizations: [CREDITOR, STRANGER].map(mspOf),
        })
        .endorse();
      const { successful, code } = await (await endorsed.submit()).getStatus();
      // ENDORSEMENT_POLICY_FAILURE: a collection's own organisation has to endorse what is written there
      expect({ successful, code }).toEqual({ successful: false, code: 10 });
    } finally {
      channel.close();
    }
    expect(await ledger.read(DEBTOR, pair.accept().businessKey)).toBeNull();
  });
});

/** A contract that takes every caller of an acceptance for the debtor. @returns its folder */
async function alteredContract(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'package.json'),
    '{"name":"altered","version":"1.0.0","main":"index.js"}',
  );
  await writeFile(
    join(folder, 'index.js'),
    `const { SettlementContract } = require(${JSON.stringify(resolve('chaincode/dist/package'))});
class Altered extends SettlementContract {
  acceptInvoice(context, argument) {
    context.clientIdentity.getMSPID = () => '${mspOf(DEBTOR)}';
    context.stub.getPrivateData = async () => new Uint8Array(0);
    return super.acceptInvoice(context, argument);
  }
}
exports.contracts = [Altered];
`,
  );
  return folder;
}
