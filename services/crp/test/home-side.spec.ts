import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  answerOffer,
  cosignAgreedTariff,
  type AgreedTariffDocument,
  type NegotiationMove,
  type SignedAgreement,
  type TariffView,
} from '@roamgrid/contracts';
import { parsePriceMicros } from '@roamgrid/kernel';
import { nextMove, scheduleOf, type NegotiationPolicy } from '@roamgrid/negotiation';
import { agreedTariffDocumentOf } from '../src/decisions/agreed-tariff.js';
import { wireMove } from '../src/decisions/wire-move.js';
import { agreementOf, propose, publish, termsOf, wholesaleTariff, setPolicy } from './documents.js';
import {
  demonstrationPolicies,
  HOME,
  startConsortium,
  VISITED,
  type Consortium,
} from './two-utilities.js';

let consortium: Consortium;
let tariff: TariffView;
let agreement: SignedAgreement;
let visitedPolicy: NegotiationPolicy;
beforeAll(async () => {
  consortium = await startConsortium();
  tariff = await publish(consortium, VISITED);
  agreement = await propose(consortium, agreementOf([termsOf([tariff])]));
  const policies = await demonstrationPolicies();
  visitedPolicy = policies.visited;
  await setPolicy(consortium, policies.home);
});
afterAll(() => consortium.stop());

const terms = () => ({
  priceFloorMicros: parsePriceMicros('0.10'),
  priceCapMicros: parsePriceMicros('0.45'),
  gridStepMicros: parsePriceMicros('0.005'),
  rounds: 10,
  defaultSchedule: scheduleOf(wholesaleTariff()) ?? [],
});

async function offer(
  negotiationId: string,
  transcript: NegotiationMove[],
  changes: object = {},
  from = `${VISITED}/crp`,
): Promise<NegotiationMove> {
  const { move } = await consortium.ask(
    answerOffer,
    HOME,
    {
      negotiationId,
      visitedUtility: VISITED,
      agreementHash: agreement.documentHash,
      customerClass: 'residential',
      stationClass: 'AC',
      round: Math.ceil(transcript.length / 2),
      transcript,
      ...changes,
    },
    from,
  );
  return move;
}

/** Plays the visited side by hand up to `moves` moves, or until somebody accepts. */
async function play(negotiationId: string, moves: number): Promise<NegotiationMove[]> {
  const transcript: NegotiationMove[] = [];
  while (transcript.length < moves && transcript.at(-1)?.move !== 'accept') {
    transcript.push(wireMove(nextMove(visitedPolicy, terms(), transcript)));
    transcript.push(await offer(negotiationId, transcript));
  }
  return transcript;
}

const outcomeOf = (transcript: NegotiationMove[]) => {
  const accepted = transcript.at(-1)?.move === 'accept' ? transcript.at(-2) : undefined;
  return accepted?.move === 'offer'
    ? { outcome: 'agreed' as const, schedule: accepted.schedule }
    : { outcome: 'defaultApplied' as const, schedule: terms().defaultSchedule };
};

async function cosign(
  document: AgreedTariffDocument,
  options: { baseTariffHash?: string; signer?: typeof HOME | typeof VISITED } = {},
): Promise<string> {
  const { signature } = await consortium.crps[options.signer ?? VISITED].signer.sign(document);
  const reply = await consortium.ask(
    cosignAgreedTariff,
    HOME,
    {
      visitedUtility: VISITED,
      document,
      signature,
      baseTariffHash: options.baseTariffHash ?? tariff.documentHash,
    },
    `${VISITED}/crp`,
  );
  return reply.signature;
}

function documentFor(
  negotiationId: string,
  settlement: Parameters<typeof agreedTariffDocumentOf>[0]['settlement'],
): AgreedTariffDocument {
  return agreedTariffDocumentOf({
    agreedTariffId: negotiationId,
    negotiationId,
    agreement,
    terms: termsOf([tariff]),
    customerClass: 'residential',
    stationClass: 'AC',
    settlement,
    base: wholesaleTariff(),
    notBeforeMs: consortium.clock.now(),
    loadSignals: [],
    previous: null,
  });
}

const failed = (detail: string) => ({
  code: 'negotiation_failed',
  message: expect.stringContaining(detail) as unknown,
});

describe('home answers offers', () => {
  it('gives a repeated offer the answer it gave before', async () => {
    const transcript = await play('repeated', 6);
    expect(await offer('repeated', transcript.slice(0, -1))).toEqual(transcript.at(-1));
  });

  it('goes by its own record', async () => {
    const transcript = await play('contradicted', 4);
    const next = wireMove(nextMove(visitedPolicy, terms(), transcript));
    const [first, second, ...rest] = transcript;
    if (first === undefined || second === undefined) throw new Error('no moves');
    const forged = [second, second, ...rest, next];
    await expect(offer('contradicted', forged)).rejects.toMatchObject(failed('on record'));
    const shortened = [first, second, next];
    await expect(offer('contradicted', shortened)).rejects.toMatchObject(failed('on record'));
    const isCommercial = { customerClass: 'commercial' };
    await expect(offer('contradicted', [...transcript, next], isCommercial)).rejects.toMatchObject(
      failed('nothing to bargain'),
    );
    expect(await offer('contradicted', [...transcript, next])).toMatchObject({ move: 'offer' });
  });

  it('refuses what breaks the protocol', async () => {
    const outside = terms().defaultSchedule.map((band) => ({ ...band, pricePerKwh: '0.50' }));
    await expect(offer('outside', [{ move: 'offer', schedule: outside }])).rejects.toMatchObject(
      failed('off the grid'),
    );
    await expect(offer('accepts', [{ move: 'accept' }])).rejects.toMatchObject(failed('new offer'));
    const opening = wireMove(nextMove(visitedPolicy, terms(), []));
    await expect(offer('round', [opening], { round: 3 })).rejects.toMatchObject(
      failed('new offer'),
    );
    await expect(
      offer('agreement', [opening], { agreementHash: 'f'.repeat(64) }),
    ).rejects.toMatchObject(failed('no such agreement'));
    await expect(offer('speaker', [opening], {}, 'northern-hydro/crp')).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});

describe('home signs an outcome', () => {
  it('that it has come to itself, as often as it is asked', async () => {
    const transcript = await play('signed', 20);
    const document = documentFor('signed', outcomeOf(transcript));
    expect(document.outcome).toBe('agreed');
    expect(await cosign(document)).toBe(await cosign(document));
    const views = await consortium.views(HOME, 'negotiation');
    expect(views.filter(({ id }) => id === 'signed')).toHaveLength(1);
  });

  it('by which the visited side accepts its standing offer', async () => {
    const transcript = await play('accepted', 6);
    const standing = transcript.at(-1);
    if (standing?.move !== 'offer') throw new Error('home made no offer');
    await cosign(documentFor('accepted', { outcome: 'agreed', schedule: standing.schedule }));
    const view = (await consortium.views(HOME, 'negotiation')).find(({ id }) => id === 'accepted');
    const offers = view?.data['offers'] as object[];
    expect(offers.at(-1)).toMatchObject({ by: 'visited', move: 'accept', round: 4 });
  });

  it('of the default, where no offer was accepted or none was made', async () => {
    await play('broken-off', 6);
    const settlement = outcomeOf([]);
    await cosign(documentFor('broken-off', settlement));
    await cosign(documentFor('never-begun', settlement));
  });

  it('but none that it has not come to', async () => {
    const transcript = await play('strict', 20);
    const settlement = outcomeOf(transcript);
    const honest = documentFor('strict', settlement);
    const dearer = settlement.schedule.map((band) => ({ ...band, pricePerKwh: '0.45' }));
    const withTariff = (changes: object) => ({
      ...honest,
      tariff: { ...honest.tariff, ...changes },
    });
    const cases: [string, AgreedTariffDocument][] = [
      ['another outcome', documentFor('strict', outcomeOf([]))],
      ['another outcome', documentFor('strict', { outcome: 'agreed', schedule: dearer })],
      ['another outcome', documentFor('unheard-of', settlement)],
      ['not what was agreed', withTariff({ min_price: { excl_vat: '9.00' } })],
      ['not what was agreed', { ...honest, notAfter: '2026-12-31T00:00:00Z' }],
      ['begins elsewhen', { ...honest, notBefore: '2026-03-01T12:00:00Z' }],
      ['other utilities', { ...honest, homeUtility: 'northern-hydro' }],
      ['no such agreement', { ...honest, agreementHash: 'f'.repeat(64) }],
    ];
    for (const [reason, document] of cases) {
      await expect(cosign(document)).rejects.toMatchObject(failed(reason));
    }
    const otherBase = { baseTariffHash: 'f'.repeat(64) };
    await expect(cosign(honest, otherBase)).rejects.toMatchObject(failed('another default'));
    await expect(cosign(honest, { signer: HOME })).rejects.toMatchObject({
      code: 'signature_invalid',
    });
    await cosign(honest);
  });
});
