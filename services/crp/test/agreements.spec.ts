import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { draftTariff, publishTariff, readAgreement, receiveProposal } from '@roamgrid/contracts';
import { Verifier } from '@roamgrid/platform';
import { agreementOf, propose, publish, termsOf, wholesaleTariff } from './documents.js';
import { HOME, startConsortium, VISITED, type Consortium } from './two-utilities.js';

let consortium: Consortium;
beforeAll(async () => {
  consortium = await startConsortium();
});
afterAll(() => consortium.stop());

const draft = (changes: object = {}) => ({
  tariffId: null,
  customerClass: 'residential' as const,
  stationClass: 'AC' as const,
  purpose: 'wholesale' as const,
  document: wholesaleTariff(),
  author: 'ann',
  ...changes,
});

describe('tariffs', () => {
  it('go from draft to published by another person, and never change again', async () => {
    const drafted = await consortium.ask(draftTariff, VISITED, draft());
    expect(drafted).toMatchObject({ version: 1, state: 'draft', publisher: null });
    const { tariffId, version } = drafted;
    const publishing = (publisher: string) =>
      consortium.ask(publishTariff, VISITED, { tariffId, version, publisher });
    await expect(publishing('ann')).rejects.toMatchObject({ code: 'four_eyes' });
    const published = await publishing('bob');
    expect(published).toMatchObject({ state: 'published', publisher: 'bob' });
    await expect(publishing('bob')).rejects.toMatchObject({ code: 'immutable' });
    const second = await consortium.ask(draftTariff, VISITED, draft({ tariffId }));
    expect(second.version).toBe(2);
    const views = await consortium.views(VISITED, 'tariff');
    expect(
      views.filter(({ id }) => id === `${tariffId}:1`).map(({ data }) => data['state']),
    ).toEqual(['draft', 'published']);
  });

  it('cannot be changed by SQL once published', async () => {
    const { tariffId } = await publish(consortium, VISITED);
    const { database } = consortium.crps[VISITED];
    for (const sql of [
      `UPDATE tariffs_residential SET document = '{}' WHERE tariff_id = $1`,
      'DELETE FROM tariffs_residential WHERE tariff_id = $1',
    ]) {
      await expect(database.query(sql, [tariffId])).rejects.toThrow('never changes');
    }
  });

  it('of the two classes lie in two stores', async () => {
    const { tariffId } = await publish(consortium, VISITED, { customerClass: 'commercial' });
    const { database } = consortium.crps[VISITED];
    const count = async (table: string): Promise<number> =>
      (await database.query(`SELECT 1 FROM ${table} WHERE tariff_id = $1`, [tariffId])).length;
    expect(await count('tariffs_commercial')).toBe(1);
    expect(await count('tariffs_residential')).toBe(0);
    await expect(consortium.ask(draftTariff, VISITED, draft({ tariffId }))).rejects.toMatchObject({
      code: 'state_conflict',
    });
  });

  it('are refused when a rule of tariffs is broken', async () => {
    const document = wholesaleTariff({ currency: 'XXX' });
    await expect(consortium.ask(draftTariff, VISITED, draft({ document }))).rejects.toMatchObject({
      code: 'invalid_tariff',
    });
    await expect(
      consortium.ask(draftTariff, VISITED, draft({ tariffId: 'nobody' })),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('an agreement', () => {
  it('is in force at both parties once both have signed', async () => {
    const tariff = await publish(consortium, VISITED);
    const signed = await propose(consortium, agreementOf([termsOf([tariff])]));
    expect(signed.signatures.map(({ utility }) => utility)).toEqual([HOME, VISITED]);
    await new Verifier(consortium.registry).verifyCosigned(signed, [HOME, VISITED], 'crp');
    const read = (at: typeof HOME | typeof VISITED, partner: string) =>
      consortium.ask(readAgreement, at, { partner });
    expect(await read(VISITED, HOME)).toEqual({ agreement: signed });
    expect(await read(HOME, VISITED)).toEqual({ agreement: signed });
    expect(await read(HOME, 'northern-hydro')).toEqual({ agreement: null });
    for (const utility of [HOME, VISITED] as const) {
      const views = await consortium.views(utility, 'agreement');
      expect(views.at(-1)).toMatchObject({ id: 'ala-duk', data: signed });
    }
    const byHash = (at: typeof HOME | typeof VISITED, partner: string) =>
      consortium.ask(readAgreement, at, { partner, hash: signed.documentHash });
    consortium.clock.advanceHours(24 * 365);
    try {
      expect(await read(HOME, VISITED)).toEqual({ agreement: null });
      expect(await byHash(HOME, VISITED)).toEqual({ agreement: signed });
      expect(await byHash(HOME, 'northern-hydro')).toEqual({ agreement: null });
    } finally {
      consortium.clock.advanceHours(-24 * 365);
    }
    expect(await propose(consortium, signed.document)).toEqual(signed);
    const changed = agreementOf([termsOf([tariff])], { paymentTermDays: 14 });
    await expect(propose(consortium, changed)).rejects.toMatchObject({ code: 'immutable' });
  });

  it('is not in force before its time nor after', async () => {
    const tariff = await publish(consortium, VISITED);
    await propose(
      consortium,
      agreementOf([termsOf([tariff])], {
        agreementId: 'later',
        notBefore: '2030-01-01T00:00:00Z',
        notAfter: '2031-01-01T00:00:00Z',
      }),
    );
    const { agreement } = await consortium.ask(readAgreement, VISITED, { partner: HOME });
    expect(agreement?.document.agreementId).not.toBe('later');
  });

  it('is refused with a reason where it makes no sense', async () => {
    const tariff = await publish(consortium, VISITED);
    const draftOnly = await consortium.ask(draftTariff, VISITED, draft());
    const terms = (changes: object = {}) => termsOf([tariff], changes);
    const cases: [string, ReturnType<typeof agreementOf>][] = [
      ['below the floor', agreementOf([terms({ priceCapPerKwh: '0.05' })])],
      ['outside floor and cap', agreementOf([terms({ priceCapPerKwh: '0.25' })])],
      ['another currency', agreementOf([terms({ currency: 'CAD' })])],
      ['no published wholesale', agreementOf([termsOf([draftOnly])])],
      ['names no tariff', agreementOf([termsOf([])])],
      ['alphabetical', agreementOf([terms()], { parties: [VISITED, HOME] })],
      ['no party', agreementOf([terms()], { parties: [HOME, 'georgia-power'] })],
      ['after notBefore', agreementOf([terms()], { notAfter: '2026-01-01T00:00:00Z' })],
      ['twice for one direction', agreementOf([terms(), terms()])],
    ];
    for (const [reason, document] of cases) {
      const named = { ...document, agreementId: 'nonsense' };
      await expect(propose(consortium, named)).rejects.toMatchObject({
        code: 'unprocessable',
        message: expect.stringContaining(reason),
      });
    }
  });

  it.each([
    ['visited', '0.5', null],
    ['visited', '100.1', 'terms.0.fx.spreadPercentage'],
    ['home', '-1', 'terms.0.fx.spreadPercentage'],
  ] as const)('takes a spread borne by %s of %s %%: %s', async (spreadBorneBy, spread, path) => {
    const tariff = await publish(consortium, VISITED);
    const terms = termsOf([tariff]);
    const fx = { ...terms.fx, spreadBorneBy, spreadPercentage: spread };
    const document = agreementOf([{ ...terms, fx }], { agreementId: `spread${spread}` });
    const proposed = propose(consortium, document);
    if (path === null) await proposed;
    else
      await expect(proposed).rejects.toMatchObject({ code: 'unprocessable', fields: [{ path }] });
  });

  it("is not signed on another's word", async () => {
    const tariff = await publish(consortium, VISITED);
    const document = agreementOf([termsOf([tariff])], { agreementId: 'forged' });
    const own = await consortium.crps[HOME].signer.sign(document);
    const agreement = {
      document,
      documentHash: own.documentHash,
      signatures: [{ utility: VISITED, signature: own.signature }],
    };
    const cosign = (from: string) =>
      consortium.ask(receiveProposal, HOME, { proposer: VISITED, agreement }, from);
    await expect(cosign(`${VISITED}/crp`)).rejects.toMatchObject({ code: 'signature_invalid' });
    await expect(cosign('northern-hydro/crp')).rejects.toMatchObject({ code: 'forbidden' });
  });
});
