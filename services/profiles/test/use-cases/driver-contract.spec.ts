import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ContractView, DriverContractDocument } from '@roamgrid/contracts';
import { systemIds } from '@roamgrid/platform';
import { contractBinding } from '../../src/contract-binding.js';
import { assertStep, CONTRACT_STEPS, stateOfVersion } from '../../src/contract-states.js';
import { giveFirstContracts } from '../../src/use-cases/give-first-contracts.js';
import { HOME, VISITED } from '../documents.js';
import { startProfiles, type ProfilesUnderTest } from '../profiles-under-test.js';

let profiles: ProfilesUnderTest;

beforeAll(async () => {
  profiles = await startProfiles();
});
afterAll(() => profiles.stop());

const ACCEPTED = {
  reference: 'roaming terms 2026-03',
  channel: 'paper' as const,
  at: '2026-01-02T00:00:00Z',
};

interface Held {
  readonly cin: string;
  readonly consumerId: string;
  readonly driverContractId: string;
}

async function consumer(): Promise<Held> {
  const { cin, consumerId, driverContract } = await profiles.addConsumer({ acceptance: ACCEPTED });
  return { cin, consumerId, driverContractId: driverContract?.driverContractId ?? '' };
}

const amend = (
  driverContractId: string,
  changes: Partial<Parameters<typeof profiles.useCases.amendContract>[0]> = {},
): Promise<ContractView> =>
  profiles.useCases.amendContract({
    driverContractId,
    version: null,
    changes: { tier: 'Platinum' },
    acceptance: null,
    revisions: null,
    ...changes,
  });

const end = (driverContractId: string, revisions: string[] | null = null): Promise<ContractView> =>
  profiles.useCases.endContract({ driverContractId, reason: 'moved away', revisions });

async function swipe(cin: string, visitedUtility = VISITED) {
  return profiles.useCases.authenticateConsumer({
    identity: { kind: 'cin', value: cin },
    medium: 'rfid',
    assurance: 'claimed',
    pin: null,
    stationId: 'DUKE-CLT-001',
    visitedUtility,
  });
}

async function mandateFor(cin: string) {
  const verdict = await swipe(cin);
  if (verdict.decision === 'refused') throw new Error(verdict.reason);
  const { pseudonym } = verdict;
  const reply = await profiles.useCases.issueMandate({
    sessionId: systemIds.uuid(),
    pseudonym,
    visitedUtility: VISITED,
    assurance: 'claimed',
    agreedTariff: await profiles.agreedTariff(),
    held: { taken: [], returned: [] },
  });
  if (reply.decision === 'refused') throw new Error(reply.reason);
  return reply.mandate.document;
}

const billed = async (pseudonym: string, at: string, mandateId?: string) =>
  (
    await profiles.useCases.resolvePseudonym({
      pseudonym,
      visitedUtility: VISITED,
      at,
      ...(mandateId === undefined ? {} : { mandateId }),
    })
  ).consumer?.driverContract;

describe('the states of a contract', () => {
  const steps = ['conclude', 'amend', 'end'] as const;
  const table = (['none', 'in_force', 'ended'] as const).flatMap((state) =>
    steps.map((step) => [state, step, step in CONTRACT_STEPS[state]] as const),
  );
  it.each(table)('%s: %s is allowed: %s', (state, step, isAllowed) => {
    const taken = (): void => {
      assertStep(state, step);
    };
    if (isAllowed) expect(taken).not.toThrow();
    else expect(taken).toThrow(expect.objectContaining({ code: 'state_conflict' }));
  });

  it.each([
    [1, 2, false, 'superseded'],
    [2, 2, false, 'in_force'],
    [1, 2, true, 'superseded'],
    [2, 2, true, 'ended'],
  ] as const)('version %i of %i, ended %s, is %s', (version, newest, isEnded, state) => {
    expect(stateOfVersion(version, newest, isEnded)).toBe(state);
  });
});

describe("a driver's contract", () => {
  beforeEach(() => {
    profiles.services.planVersion = 1;
  });

  it('begins with its consumer, signed, without the CIN, and stands in the HCP', async () => {
    await profiles.sent();
    const { cin, consumerId, driverContractId } = await consumer();
    const sent = await profiles.sent();
    const published = sent.find(({ payload }) => payload['kind'] === 'driverContract');
    const view = published?.payload['data'] as ContractView;
    expect(view).toMatchObject({
      driverContractId,
      consumerId,
      state: 'in_force',
      version: 1,
      document: {
        previousHash: null,
        homeUtility: HOME,
        plan: { planId: 'standard', version: 1, hash: 'b'.repeat(64) },
        tier: 'Gold',
        limits: { energyKwh: '200', amount: '100.00', maxConcurrentSessions: 1 },
        allowed: { roaming: true, reservations: true, preAgreedPrice: true },
        acceptance: ACCEPTED,
      },
      end: null,
    });
    expect(JSON.stringify(view)).not.toContain(cin);
    await profiles.verifier.verify(view, HOME, 'profiles');
    const { consumer: kept } = await profiles.useCases.findConsumer({ cin });
    expect(kept?.driverContract).toEqual({
      driverContractId,
      version: 1,
      hash: view.documentHash,
    });
  });

  it('gets a version with each change, which names the one before; nothing changed makes none', async () => {
    const { cin, consumerId, driverContractId } = await consumer();
    profiles.services.planVersion = 7;
    const second = await amend(driverContractId);
    expect(second).toMatchObject({ version: 2, state: 'in_force', document: { tier: 'Platinum' } });
    expect(second.document.plan.version).toBe(7);
    expect(second.document.acceptance).toEqual(ACCEPTED);
    expect(await amend(driverContractId)).toEqual(second);
    const patched = await profiles.useCases.updateConsumer({
      consumerId,
      settings: { limitAmount: '60.00', roaming: false },
      state: null,
    });
    expect(patched.driverContract).toMatchObject({ driverContractId, version: 3 });
    const { found: first } = await profiles.useCases.readContractVersion({
      driverContractId,
      version: 1,
    });
    const { found: third } = await profiles.useCases.readContractVersion({
      driverContractId,
      version: 3,
    });
    expect(first).toMatchObject({ state: 'superseded', validTo: second.document.validFrom });
    expect(second.document.previousHash).toBe(first?.documentHash);
    expect(third).toMatchObject({
      state: 'in_force',
      validTo: null,
      document: {
        previousHash: second.documentHash,
        limits: { amount: '60.00' },
        allowed: { roaming: false },
      },
    });
    expect(await swipe(cin)).toEqual({ decision: 'refused', reason: 'no_agreement' });
    expect(await swipe(cin, HOME)).toMatchObject({ decision: 'accepted' });
  });

  it('is not changed by a block, nor by another card to charge to', async () => {
    const { consumerId } = await consumer();
    const blocked = await profiles.useCases.updateConsumer({
      consumerId,
      settings: {},
      state: 'blocked',
    });
    expect(blocked.driverContract?.version).toBe(1);
  });

  it('is changed by one at a time: whoever read another state is told', async () => {
    const { driverContractId } = await consumer();
    const { documentHash } = await amend(driverContractId, { changes: { tier: 'Diamond' } });
    await expect(amend(driverContractId, { revisions: ['0'.repeat(64)] })).rejects.toMatchObject({
      code: 'precondition_failed',
    });
    const third = await amend(driverContractId, { revisions: [documentHash] });
    expect(third.version).toBe(3);
    await expect(end(driverContractId, [documentHash])).rejects.toMatchObject({
      code: 'precondition_failed',
    });
  });

  it('takes a number once: the same content again is the same, other content is refused', async () => {
    const { driverContractId } = await consumer();
    const second = await amend(driverContractId, { version: 2 });
    expect(await amend(driverContractId, { version: 2 })).toEqual(second);
    for (const version of [1, 2, 4]) {
      await expect(
        amend(driverContractId, { version, changes: { tier: 'none' } }),
      ).rejects.toMatchObject({ code: 'state_conflict', fields: [{ path: 'version' }] });
    }
  });

  it('has as many versions as were asked for at once, each instant one', async () => {
    const { driverContractId } = await consumer();
    const amounts = ['11.00', '12.00', '13.00', '14.00', '15.00'];
    await Promise.all(
      amounts.map((limitAmount) => amend(driverContractId, { changes: { limitAmount } })),
    );
    const rows = await profiles.database.query<{ version: number; signed: ContractView }>(
      `SELECT version, signed FROM contract_versions WHERE driver_contract_id = $1 ORDER BY version`,
      [driverContractId],
    );
    expect(rows.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6]);
    const from = rows.map(({ signed }) => Date.parse(signed.document.validFrom));
    expect(new Set(from).size).toBe(6);
    expect(from).toEqual([...from].sort((left, right) => left - right));
  });

  it('is kept: the database refuses to change or delete a version', async () => {
    const { driverContractId } = await consumer();
    for (const statement of [
      `UPDATE contract_versions SET valid_from = now() WHERE driver_contract_id = $1`,
      `DELETE FROM contract_versions WHERE driver_contract_id = $1`,
    ]) {
      await expect(profiles.database.query(statement, [driverContractId])).rejects.toThrow();
    }
  });

  it.each([
    ['an acceptance of tomorrow', { acceptance: { ...ACCEPTED, at: '2031-01-01T00:00:00Z' } }],
    ['a limit below zero', { changes: { limitAmount: '-1.00' } }],
  ])('refuses %s, and nothing stays', async (_what, changes) => {
    const { driverContractId } = await consumer();
    await expect(amend(driverContractId, changes)).rejects.toMatchObject({ code: 'unprocessable' });
    expect((await amend(driverContractId)).version).toBe(2);
  });

  it('is refused for a plan that is not there, whoever names it', async () => {
    const { consumerId, driverContractId } = await consumer();
    const changes = { planId: 'unknown' };
    const refused = { code: 'unprocessable', fields: [{ path: 'planId' }] };
    await expect(amend(driverContractId, { changes })).rejects.toMatchObject(refused);
    const wish = { consumerId, state: null, settings: changes };
    const update = profiles.useCases.updateConsumer(wish);
    await expect(update).rejects.toMatchObject(refused);
    await expect(profiles.addConsumer({}, changes)).rejects.toMatchObject(refused);
    expect((await amend(driverContractId)).document.plan.planId).toBe('standard');
  });

  it('of a plan that was there once names no version of it', async () => {
    const { consumerId, driverContractId } = await consumer();
    await profiles.database.query(
      `UPDATE consumers SET settings = settings || '{"planId": "unknown"}' WHERE consumer_id = $1`,
      [consumerId],
    );
    const { document } = await amend(driverContractId);
    expect(document).toMatchObject({ tier: 'Platinum', plan: { planId: 'unknown', hash: null } });
  });
});

describe('mandates and bills', () => {
  it('a mandate names the version by a hash that only this pair can know', async () => {
    const { cin } = await consumer();
    const { consumer: held } = await profiles.useCases.findConsumer({ cin });
    const mandate = await mandateFor(cin);
    const hash = held?.driverContract?.hash ?? '';
    expect(mandate.contractBinding).toBe(contractBinding(hash, mandate.pseudonym));
    expect(JSON.stringify(mandate)).not.toContain(hash);
  });

  it('a new version ends the mandates of the last, and counts them until nobody can use them', async () => {
    const { cin, driverContractId } = await consumer();
    const old = await mandateFor(cin);
    await profiles.sent();
    await amend(driverContractId);
    expect(await profiles.sent('profiles.receiveRevocation')).toMatchObject([
      { payload: { document: { mandateId: old.mandateId, reason: 'withdrawn' } } },
    ]);
    const caps = async () => {
      const { consumer: held } = await profiles.useCases.findConsumer({ cin });
      return profiles.issued.openCaps(held?.consumerId ?? '', profiles.clock.now());
    };
    expect((await caps()).energyMilliWh).toBeGreaterThan(0n);
    const next = await mandateFor(cin);
    expect(next.tier).toBe('Platinum');
    expect(next.contractBinding).not.toBe(old.contractBinding);
  });

  it('however swipes and changes fall together, no open mandate names a version that is not in force', async () => {
    const { cin, consumerId, driverContractId } = await consumer();
    // a swipe may find that all of the limit is given out
    await Promise.allSettled(
      Array.from({ length: 6 }, (_, turn) => [
        mandateFor(cin),
        amend(driverContractId, { changes: { limitAmount: `${String(90 + turn)}.00` } }),
      ]).flat(),
    );
    const stale = await profiles.database.query(
      `SELECT mandate_id FROM mandates_issued JOIN consumers USING (consumer_id)
        WHERE consumer_id = $1 AND mandates_issued.state = 'active'
          AND contract_hash IS DISTINCT FROM driver_contract_hash`,
      [consumerId],
    );
    expect(stale).toEqual([]);
  });

  it('a charge is billed under the version its mandate names, else under the one in force at the consent', async () => {
    const { cin, driverContractId } = await consumer();
    const { mandateId, pseudonym } = await mandateFor(cin);
    const now = profiles.clock.at(0);
    const second = await amend(driverContractId);
    expect(await billed(pseudonym, second.document.validFrom, mandateId)).toMatchObject({
      driverContractId,
      version: 1,
    });
    expect(await billed(pseudonym, second.document.validFrom)).toMatchObject({
      version: 2,
      hash: second.documentHash,
    });
    expect(await billed(pseudonym, now)).toMatchObject({ version: 1 });
    expect(await billed(pseudonym, '2020-01-01T00:00:00Z')).toMatchObject({ version: 1 });
  });

  it('an ended contract opens nothing; what was charged is billed; another may follow', async () => {
    const { cin, consumerId, driverContractId } = await consumer();
    const { pseudonym, mandateId } = await mandateFor(cin);
    await profiles.sent();
    const ended = await end(driverContractId);
    expect(ended).toMatchObject({ state: 'ended', end: { document: { reason: 'moved away' } } });
    await profiles.verifier.verify(ended.end as never, HOME, 'profiles');
    expect(await end(driverContractId)).toEqual(ended);
    expect(await profiles.sent('profiles.receiveRevocation')).toMatchObject([
      { payload: { document: { mandateId } } },
    ]);
    expect(await swipe(cin)).toEqual({ decision: 'refused', reason: 'consumer_blocked' });
    const at = ended.end?.document.at ?? '';
    expect(await billed(pseudonym, at)).toMatchObject({ driverContractId, version: 1 });
    await expect(amend(driverContractId)).rejects.toMatchObject({ code: 'state_conflict' });
    const patch = { consumerId, settings: { tier: 'none' as const }, state: null };
    await expect(profiles.useCases.updateConsumer(patch)).rejects.toMatchObject({
      code: 'state_conflict',
    });
    const next = await profiles.useCases.concludeContract({
      consumerId,
      changes: { tier: 'Diamond' },
      acceptance: ACCEPTED,
    });
    expect(next).toMatchObject({ version: 1, state: 'in_force', document: { tier: 'Diamond' } });
    expect(next.driverContractId).not.toBe(driverContractId);
    expect(await swipe(cin)).toMatchObject({ decision: 'accepted' });
    const again = { consumerId, changes: {}, acceptance: null };
    await expect(profiles.useCases.concludeContract(again)).rejects.toMatchObject({
      code: 'state_conflict',
    });
  });
});

describe('consumers of before there were contracts', () => {
  it('get version 1 of what they stand under, from their beginning on', async () => {
    const { consumerId, cin, driverContractId } = await consumer();
    await profiles.database.query('ALTER TABLE contract_versions DISABLE TRIGGER keep_contract');
    await profiles.database.query('DELETE FROM contract_versions WHERE driver_contract_id = $1', [
      driverContractId,
    ]);
    await profiles.database.query('ALTER TABLE contract_versions ENABLE TRIGGER keep_contract');
    await profiles.database.query(
      `UPDATE consumers SET driver_contract_id = NULL, driver_contract_version = NULL,
         driver_contract_hash = NULL, settings = settings - 'roaming' WHERE consumer_id = $1`,
      [consumerId],
    );
    expect(await swipe(cin)).toMatchObject({ decision: 'accepted' });
    expect(await giveFirstContracts(profiles.parts)).toBe(1);
    expect(await giveFirstContracts(profiles.parts)).toBe(0);
    const now = await profiles.parts.contracts.ofConsumer(consumerId);
    const { consumer: kept } = await profiles.useCases.findConsumer({ cin });
    expect(now?.newest.document).toMatchObject({
      version: 1,
      validFrom: kept?.createdAt,
      acceptance: null,
    } satisfies Partial<DriverContractDocument>);
  });
});

describe('the audit', () => {
  const breachesOf = async (): Promise<string[]> =>
    (await profiles.useCases.auditContracts()).breaches.map(({ invariant }) => invariant);
  const run = (statement: string, id: string) => profiles.database.query(statement, [id]);

  it('finds nothing where nothing is wrong, and says what it looked at', async () => {
    const { checked, breaches } = await profiles.useCases.auditContracts();
    expect(breaches).toEqual([]);
    expect(checked['contractHashInForce']).toBeGreaterThan(0);
    expect(checked['contractVersionsChained']).toBeGreaterThan(checked['contractSettings'] ?? 0);
  });

  it('names a consumer whose row has another hash, none, or settings that no version has', async () => {
    const { consumerId } = await consumer();
    const where = 'WHERE consumer_id = $1';
    const [before] = await profiles.database.query<{ hash: string }>(
      `SELECT driver_contract_hash AS hash FROM consumers ${where}`,
      [consumerId],
    );
    for (const hash of [`'${'0'.repeat(64)}'`, 'NULL']) {
      await run(`UPDATE consumers SET driver_contract_hash = ${hash} ${where}`, consumerId);
      expect(await breachesOf()).toEqual(['contractHashInForce']);
    }
    const mended = `UPDATE consumers SET driver_contract_hash = '${before?.hash ?? ''}' ${where}`;
    await run(mended, consumerId);
    await run(
      `UPDATE consumers SET settings = settings || '{"tier":"Platinum"}' ${where}`,
      consumerId,
    );
    expect(await breachesOf()).toEqual(['contractSettings']);
    await run(`UPDATE consumers SET settings = settings || '{"tier":"Gold"}' ${where}`, consumerId);
    expect(await breachesOf()).toEqual([]);
  });

  it('names a version that was altered behind the triggers', async () => {
    const { driverContractId } = await consumer();
    await amend(driverContractId);
    await profiles.database.query('ALTER TABLE contract_versions DISABLE TRIGGER keep_contract');
    await run(
      `UPDATE contract_versions
          SET signed = jsonb_set(signed::jsonb, '{document,tier}', '"none"')::json
        WHERE driver_contract_id = $1 AND version = 1`,
      driverContractId,
    );
    expect(await breachesOf()).toEqual(['contractVersionsChained']);
  });
});
