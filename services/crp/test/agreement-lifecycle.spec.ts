import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  cosignAgreement,
  noticeAgreement,
  proposeAgreement,
  readAgreement,
  receiveAgreementNotice,
  signAgreement,
  type AgreementDocument,
  type AgreementView,
  type SignedAgreement,
  type SignedAgreementNotice,
  type TariffView,
} from '@roamgrid/contracts';
import { agreementOf, publish, termsOf } from './documents.js';
import { HOME, startConsortium, VISITED, type Consortium } from './two-utilities.js';

type Party = typeof HOME | typeof VISITED;

let consortium: Consortium;
let tariff: TariffView;
let agreementId = '';
let count = 0;
let beginsAt = '';
beforeAll(async () => {
  consortium = await startConsortium();
  tariff = await publish(consortium, VISITED);
});
afterAll(() => consortium.stop());
beforeEach(() => {
  count += 1;
  agreementId = `life-${String(count)}`;
  consortium.clock.advanceHours(2);
  beginsAt = new Date(consortium.clock.now()).toISOString();
});

const documentOf = (changes: Partial<AgreementDocument> = {}): AgreementDocument =>
  // each test's agreement begins later than those before, so that it is the one that holds
  agreementOf([termsOf([tariff])], {
    agreementId,
    notBefore: beginsAt,
    ...changes,
  });
const propose = (by: Party, changes: Partial<AgreementDocument> = {}): Promise<AgreementView> =>
  consortium.ask(proposeAgreement, by, { document: documentOf(changes), by: 'manager' });
const sign = (by: Party): Promise<AgreementView> =>
  consortium.ask(signAgreement, by, { agreementId, by: 'manager' });
const say = (
  by: Party,
  action: SignedAgreementNotice['document']['action'],
  at: string | null = null,
): Promise<AgreementView> =>
  consortium.ask(noticeAgreement, by, { agreementId, action, reason: 'a test', at });
/** Hands the last notice of a party to the other, as its outbox does. */
async function hear(by: Party, to: Party): Promise<void> {
  const rows = await consortium.crps[by].database.query<{
    payload: { notice: SignedAgreementNotice };
  }>(
    "SELECT payload FROM outbox WHERE subject = 'crp.receiveAgreementNotice' ORDER BY id DESC LIMIT 1",
  );
  const [row] = rows;
  if (row === undefined) throw new Error('nothing was said');
  await consortium.ask(receiveAgreementNotice, to, row.payload, `${by}/crp`);
}
async function holdsAt(party: Party): Promise<number | null> {
  const partner = party === HOME ? VISITED : HOME;
  const { agreement } = await consortium.ask(readAgreement, party, { partner });
  return agreement?.document.agreementId === agreementId ? agreement.document.version : null;
}
async function viewAt(party: Party): Promise<Record<string, unknown>> {
  const views = await consortium.views(party, 'agreement');
  return views.filter(({ id }) => id === agreementId).at(-1)?.data ?? {};
}

describe('an agreement', () => {
  it('is proposed by one party and holds when the other has signed', async () => {
    const proposed = await propose(VISITED);
    expect(proposed).toMatchObject({ state: 'proposed', signatures: [{ utility: VISITED }] });
    expect([await holdsAt(HOME), await holdsAt(VISITED)]).toEqual([null, null]);
    expect((await viewAt(HOME))['availableActions']).toEqual(['sign', 'withdraw']);
    expect((await viewAt(VISITED))['availableActions']).toEqual(['withdraw']);
    await expect(sign(VISITED)).rejects.toMatchObject({ code: 'state_conflict' });
    const signed = await sign(HOME);
    expect(signed).toMatchObject({
      state: 'active',
      signatures: [{ utility: HOME }, { utility: VISITED }],
    });
    expect([await holdsAt(HOME), await holdsAt(VISITED)]).toEqual([1, 1]);
    await expect(sign(HOME)).rejects.toMatchObject({ code: 'state_conflict' });
  });

  it('comes to nothing where it is taken back, and cannot be signed then', async () => {
    await propose(VISITED);
    expect(await say(VISITED, 'withdraw')).toMatchObject({ state: 'withdrawn' });
    // the partner has not heard of it yet, and signs
    await expect(sign(HOME)).rejects.toMatchObject({ code: 'state_conflict' });
    await hear(VISITED, HOME);
    await expect(sign(HOME)).rejects.toMatchObject({ code: 'state_conflict' });
    expect([await holdsAt(HOME), await holdsAt(VISITED)]).toEqual([null, null]);
  });

  it('is amended: the new version holds from its instant on, and the old one is still found', async () => {
    await propose(VISITED);
    const first = await sign(HOME);
    const notBefore = new Date(consortium.clock.now() + 3_600_000).toISOString();
    await propose(HOME, { version: 2, notBefore, paymentTermDays: 10 });
    await expect(propose(HOME, { version: 3, notBefore })).rejects.toMatchObject({
      code: 'state_conflict',
    });
    expect(await holdsAt(VISITED)).toBe(1);
    await sign(VISITED);
    expect(await holdsAt(VISITED)).toBe(1);
    consortium.clock.advanceHours(1);
    expect([await holdsAt(HOME), await holdsAt(VISITED)]).toEqual([2, 2]);
    const { agreement } = await consortium.ask(readAgreement, HOME, {
      partner: VISITED,
      hash: first.documentHash,
    });
    expect(agreement?.document.version).toBe(1);
    await expect(propose(VISITED, { version: 2 })).rejects.toMatchObject({ code: 'immutable' });
  });

  it('rests while either party says so, and only that party lifts it', async () => {
    await propose(VISITED);
    await sign(HOME);
    await say(HOME, 'suspend');
    expect([await holdsAt(HOME), await holdsAt(VISITED)]).toEqual([null, 1]);
    await hear(HOME, VISITED);
    expect(await holdsAt(VISITED)).toBeNull();
    await expect(say(VISITED, 'resume')).rejects.toMatchObject({ code: 'state_conflict' });
    await say(VISITED, 'suspend');
    await hear(VISITED, HOME);
    await say(HOME, 'resume');
    await hear(HOME, VISITED);
    expect([await holdsAt(HOME), await holdsAt(VISITED)]).toEqual([null, null]);
    await say(VISITED, 'resume');
    await hear(VISITED, HOME);
    expect([await holdsAt(HOME), await holdsAt(VISITED)]).toEqual([1, 1]);
  });

  it('ends at the instant that a party says, not before now, and never comes back', async () => {
    await propose(VISITED);
    const { documentHash } = await sign(HOME);
    await expect(say(HOME, 'end', '2026-01-01T00:00:00Z')).rejects.toMatchObject({
      code: 'unprocessable',
    });
    const at = new Date(consortium.clock.now() + 3_600_000).toISOString();
    await say(HOME, 'end', at);
    await hear(HOME, VISITED);
    await hear(HOME, VISITED);
    expect([await holdsAt(HOME), await holdsAt(VISITED)]).toEqual([1, 1]);
    consortium.clock.advanceHours(1);
    expect([await holdsAt(HOME), await holdsAt(VISITED)]).toEqual([null, null]);
    for (const action of ['suspend', 'resume', 'end'] as const) {
      await expect(say(VISITED, action)).rejects.toMatchObject({ code: 'state_conflict' });
    }
    await expect(propose(VISITED, { version: 2 })).rejects.toMatchObject({
      code: 'state_conflict',
    });
    const { agreement } = await consortium.ask(readAgreement, VISITED, {
      partner: HOME,
      hash: documentHash,
    });
    expect(agreement?.documentHash).toBe(documentHash);
  });

  it('takes nobody else for a party', async () => {
    await propose(VISITED);
    const signed = await sign(HOME);
    const agreement: SignedAgreement = {
      document: signed.document,
      documentHash: signed.documentHash,
      signatures: signed.signatures.map((one) => ({
        ...one,
        signature: signed.signatures[0]?.signature ?? '',
      })),
    };
    await expect(
      consortium.ask(cosignAgreement, VISITED, { signer: HOME, agreement }, `${HOME}/crp`),
    ).rejects.toMatchObject({ code: 'signature_invalid' });
    await say(HOME, 'suspend');
    await expect(hear(HOME, HOME)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(
      consortium.ask(noticeAgreement, HOME, {
        agreementId: 'nobody',
        action: 'end',
        reason: 'x',
        at: null,
      }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});
