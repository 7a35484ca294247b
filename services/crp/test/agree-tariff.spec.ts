import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  agreeTariff,
  type AgreementTerms,
  type CustomerClass,
  noteNegotiationEnd,
  type ReplyOf,
  type RequestOf,
  type StationClass,
  subjectOf,
  type TariffView,
} from '@roamgrid/contracts';
import { Verifier } from '@roamgrid/platform';
import { agreementOf, propose, publish, termsOf, wholesaleTariff, setPolicy } from './documents.js';
import { standInForHome } from './stand-in-home.js';
import {
  demonstrationPolicies,
  HOME,
  startConsortium,
  VISITED,
  type Consortium,
} from './two-utilities.js';

type Reply = ReplyOf<typeof agreeTariff>;
type Agreed = Extract<Reply, { decision: 'agreed' }>;

let consortium: Consortium;
let tariff: TariffView;
let version = 0;
beforeAll(async () => {
  consortium = await startConsortium();
  tariff = await publish(consortium, VISITED);
  const policies = await demonstrationPolicies();
  await setPolicy(consortium, policies.visited);
  await setPolicy(consortium, policies.home);
});
afterAll(() => consortium.stop());
beforeEach(() => renewAgreement());

/** A new version of the agreement, under which nothing has been negotiated yet. */
async function renewAgreement(changes: Partial<AgreementTerms> = {}): Promise<void> {
  version += 1;
  await propose(consortium, agreementOf([termsOf([tariff], changes)], { version }));
}

function agree(
  options: { home?: string; customerClass?: CustomerClass; stationClass?: StationClass } = {},
): Promise<Reply> {
  return consortium.ask(agreeTariff, VISITED, {
    homeUtility: options.home ?? HOME,
    customerClass: options.customerClass ?? 'residential',
    stationClass: options.stationClass ?? 'AC',
  });
}

function agreed(reply: Reply): Agreed {
  if (reply.decision !== 'agreed') throw new Error(`refused: ${reply.reason}`);
  return reply;
}

const energyPrices = (reply: Agreed): string[] =>
  reply.agreedTariff.document.tariff.elements.flatMap((element) =>
    element.price_components.filter(({ type }) => type === 'ENERGY').map(({ price }) => price),
  );

describe('agreeTariff with a partner', () => {
  it('negotiates once, then keeps what both have signed', async () => {
    const first = agreed(await agree());
    const { document } = first.agreedTariff;
    expect(document).toMatchObject({
      outcome: 'agreed',
      homeUtility: HOME,
      visitedUtility: VISITED,
    });
    expect(document.notAfter).toBe('2026-03-03T12:00:00Z');
    expect(energyPrices(first)).toEqual(['0.335', '0.155']);
    expect(first.agreedTariff.signatures.map(({ utility }) => utility)).toEqual([HOME, VISITED]);
    await new Verifier(consortium.registry).verifyCosigned(
      first.agreedTariff,
      [HOME, VISITED],
      'crp',
    );
    // eight offers that home answered, and the request to sign
    expect(first.messagesToHome).toBe(9);
    expect(await agree()).toEqual({ ...first, messagesToHome: 0 });
  });

  it('changes energy prices only', async () => {
    const reply = agreed(await agree());
    const parking = reply.agreedTariff.document.tariff.elements.at(-1);
    expect(parking).toEqual(wholesaleTariff().elements.at(-1));
  });

  it('shows the same negotiation at both utilities', async () => {
    const { agreedTariff } = agreed(await agree());
    const { negotiationId } = agreedTariff.document;
    const [atVisited] = (await consortium.views(VISITED, 'negotiation')).slice(-1);
    const [atHome] = (await consortium.views(HOME, 'negotiation')).slice(-1);
    expect(atVisited).toMatchObject({
      id: negotiationId,
      data: { outcome: 'agreed', agreedTariff, homeUtility: HOME, rounds: 10 },
    });
    expect(atHome).toEqual(atVisited);
    const offers = atVisited?.data['offers'] as { by: string; move: string; round: number }[];
    expect(offers.at(0)).toMatchObject({ round: 1, by: 'visited', move: 'offer' });
    expect(offers.at(-1)).toMatchObject({ move: 'accept' });
  });

  it('negotiates once for calls at the same time', async () => {
    const replies = (await Promise.all([agree(), agree(), agree(), agree()])).map(agreed);
    expect(new Set(replies.map((reply) => reply.agreedTariff.documentHash)).size).toBe(1);
    expect(replies.map(({ messagesToHome }) => messagesToHome > 0)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it('negotiates anew in the last hour of a kept tariff', async () => {
    const first = agreed(await agree());
    consortium.clock.advanceHours(22);
    expect(agreed(await agree()).agreedTariff).toEqual(first.agreedTariff);
    consortium.clock.advanceHours(1.5);
    const second = agreed(await agree());
    expect(second.agreedTariff.documentHash).not.toBe(first.agreedTariff.documentHash);
    expect(second.messagesToHome).toBeGreaterThan(0);
  });

  it('applies the default, cosigned, where the rounds do not suffice', async () => {
    await renewAgreement({ negotiation: { ...termsOf([]).negotiation, rounds: 2 } });
    const reply = agreed(await agree());
    expect(reply.agreedTariff.document.outcome).toBe('defaultApplied');
    expect(energyPrices(reply)).toEqual(['0.20', '0.30']);
    expect(reply.messagesToHome).toBe(3);
  });

  it('refuses without an agreement or without a default tariff of the class', async () => {
    const refused = (reason: string) => ({ decision: 'refused', reason, messagesToHome: 0 });
    expect(await agree({ home: 'northern-hydro' })).toEqual(refused('no_agreement'));
    expect(await agree({ stationClass: 'DC' })).toEqual(refused('tariff_unavailable'));
  });
});

/** The last message by which the visited side told home of an end. */
async function toldEnd(): Promise<RequestOf<typeof noteNegotiationEnd>> {
  const rows = await consortium.crps[VISITED].database.query<{
    payload: RequestOf<typeof noteNegotiationEnd>;
  }>('SELECT payload FROM outbox WHERE subject = $1 ORDER BY id DESC LIMIT 1', [
    subjectOf(noteNegotiationEnd),
  ]);
  if (rows[0] === undefined) throw new Error('nothing was told');
  return rows[0].payload;
}

describe('agreeTariff with a home that misbehaves', () => {
  it('says that nobody answers', async () => {
    await consortium.crps[HOME].stop();
    try {
      expect(await agree()).toMatchObject({ decision: 'refused', reason: 'home_unreachable' });
    } finally {
      await consortium.crps[HOME].start();
    }
    const [view] = (await consortium.views(VISITED, 'negotiation')).slice(-1);
    expect(view?.data).toMatchObject({ outcome: 'failed', agreedTariff: null });
    expect(agreed(await agree()).agreedTariff.document.outcome).toBe('agreed');
  });

  it('applies the default at the deadline of a silent home that signs', async () => {
    await renewAgreement({ negotiation: { ...termsOf([]).negotiation, deadlineSeconds: 1 } });
    const restore = await standInForHome(consortium, { answer: () => 'silence' });
    try {
      const reply = agreed(await agree());
      expect(reply.agreedTariff.document.outcome).toBe('defaultApplied');
      expect(energyPrices(reply)).toEqual(['0.20', '0.30']);
      const [view] = (await consortium.views(VISITED, 'negotiation')).slice(-1);
      expect(view?.data['ending']).toMatchObject({ cause: 'silent', by: 'home' });
    } finally {
      await restore();
    }
  });

  const priced = (startTime: string, endTime: string, pricePerKwh: string) => ({
    move: 'offer',
    schedule: (['low', 'normal', 'high'] as const).map((loadBand) => ({
      startTime,
      endTime,
      loadBand,
      pricePerKwh,
    })),
  });
  const walkAway = { move: 'walkAway', reason: 'not today' };

  it.each([
    ['accepts before there is an offer', { move: 'accept' }, 'protocolBroken'],
    ['offers above the cap', priced('00:00', '00:00', '0.90'), 'protocolBroken'],
    ['offers below the floor', priced('00:00', '00:00', '0.01'), 'protocolBroken'],
    ['offers other bands', priced('03:00', '04:00', '0.20'), 'protocolBroken'],
    ['answers with something else', { move: 'haggle' }, 'refused'],
    ['walks away', walkAway, 'walkedAway'],
  ])('applies the default where home %s', async (_, answer, cause) => {
    const restore = await standInForHome(consortium, { answer: () => answer });
    try {
      const reply = agreed(await agree());
      expect(reply.agreedTariff.document.outcome).toBe('defaultApplied');
      expect(energyPrices(reply)).toEqual(['0.20', '0.30']);
    } finally {
      await restore();
    }
    const [view] = (await consortium.views(VISITED, 'negotiation')).slice(-1);
    expect(view?.data['ending']).toMatchObject({ cause, by: 'home' });
    const offers = view?.data['offers'] as { by: string }[];
    expect(offers.at(0)).toMatchObject({ by: 'visited', move: 'offer' });
  });

  it('tells home why it was broken off, once home is there again', async () => {
    await consortium.crps[HOME].stop();
    try {
      expect(await agree()).toMatchObject({ reason: 'home_unreachable' });
    } finally {
      await consortium.crps[HOME].start();
    }
    const [atVisited] = (await consortium.views(VISITED, 'negotiation')).slice(-1);
    expect(atVisited?.data).toMatchObject({
      outcome: 'failed',
      ending: { cause: 'silent', by: 'home' },
    });
    // the outbox brings it, at least once
    for (let times = 0; times < 2; times += 1) {
      await consortium.ask(noteNegotiationEnd, HOME, await toldEnd(), `${VISITED}/crp`);
      const [atHome] = (await consortium.views(HOME, 'negotiation')).slice(-1);
      expect(atHome).toEqual(atVisited);
    }
  });

  it('lets no partner tell of a negotiation that is not its own', async () => {
    const told = consortium.ask(noteNegotiationEnd, HOME, await toldEnd(), 'northern-hydro/crp');
    await expect(told).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('fails where home does not sign, or signs with a wrong key', async () => {
    for (const signWith of [null, VISITED] as const) {
      const answer = () => ({ move: 'walkAway', reason: 'not today' });
      const restore = await standInForHome(consortium, { answer, signWith });
      try {
        expect(await agree()).toMatchObject({ decision: 'refused', reason: 'negotiation_failed' });
      } finally {
        await restore();
      }
      const [view] = (await consortium.views(VISITED, 'negotiation')).slice(-1);
      expect(view?.data).toMatchObject({
        outcome: 'failed',
        ending: { cause: signWith === null ? 'refused' : 'signatureInvalid', by: 'home' },
      });
    }
  });
});

describe('a default tariff that is not valid now', () => {
  it('is no price: before its start, and after its end', async () => {
    const kept = tariff;
    try {
      tariff = await publish(consortium, VISITED, {
        document: wholesaleTariff({
          id: 'spring',
          start_date_time: '2026-04-01T00:00:00Z',
          end_date_time: '2026-04-01T06:00:00Z',
        }),
      });
      await renewAgreement();
      expect(await agree()).toMatchObject({ reason: 'tariff_unavailable' });
      const startMs = Date.parse('2026-04-01T05:00:00Z');
      const hours = (startMs - consortium.clock.now()) / 3_600_000;
      consortium.clock.advanceHours(hours);
      const { document } = agreed(await agree()).agreedTariff;
      expect(document.notAfter).toBe('2026-04-01T06:00:00Z');
      expect(await agree()).toMatchObject({ messagesToHome: 0 });
      consortium.clock.advanceHours(1);
      expect(await agree()).toMatchObject({ reason: 'tariff_unavailable' });
      consortium.clock.advanceHours(-hours - 1);
    } finally {
      tariff = kept;
    }
  });
});

describe('agreeTariff at home', () => {
  it('signs the published domestic tariff alone', async () => {
    expect(await agree({ home: VISITED })).toMatchObject({ reason: 'tariff_unavailable' });
    await publish(consortium, VISITED, { purpose: 'domestic' });
    const reply = agreed(await agree({ home: VISITED }));
    expect(reply.agreedTariff.document).toMatchObject({
      outcome: 'domestic',
      agreementId: null,
      negotiationId: null,
      tariff: wholesaleTariff(),
    });
    expect(reply.agreedTariff.signatures).toHaveLength(1);
    expect(await agree({ home: VISITED })).toEqual(reply);
  });

  it('takes a tariff that was published since', async () => {
    const before = agreed(await agree({ home: VISITED }));
    consortium.clock.advanceHours(1);
    const document = wholesaleTariff({ id: 'newer' });
    await publish(consortium, VISITED, { purpose: 'domestic', document });
    const after = agreed(await agree({ home: VISITED }));
    expect(before.agreedTariff.document.tariff.id).toBe('wholesale-ac');
    expect(after.agreedTariff.document.tariff.id).toBe('newer');
  });

  it('takes only what is valid now, and ends with it', async () => {
    const at = (hours: number): string =>
      new Date(consortium.clock.now() + hours * 3_600_000).toISOString().replace('.000Z', 'Z');
    consortium.clock.advanceHours(0.5);
    const [start, end] = [at(10), at(12)];
    await publish(consortium, VISITED, {
      purpose: 'domestic',
      document: wholesaleTariff({ id: 'special', start_date_time: start, end_date_time: end }),
    });
    const idNow = async (): Promise<string> =>
      agreed(await agree({ home: VISITED })).agreedTariff.document.tariff.id;
    expect(await idNow()).toBe('newer');
    consortium.clock.advanceHours(10);
    const special = agreed(await agree({ home: VISITED })).agreedTariff;
    expect(special.document).toMatchObject({ tariff: { id: 'special' }, notAfter: end });
    // in its last hour the same one is used again
    consortium.clock.advanceHours(1.5);
    expect(agreed(await agree({ home: VISITED })).agreedTariff).toEqual(special);
    consortium.clock.advanceHours(0.5);
    expect(await idNow()).toBe('newer');
  });
});
