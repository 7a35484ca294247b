import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  agreeTariff,
  cosignAgreedTariff,
  publishLoadSignal,
  receiveLoadSignal,
  type LoadSignalDocument,
  type ReplyOf,
  type SignedAgreedTariff,
  type SignedLoadSignal,
} from '@roamgrid/contracts';
import { parseInstant } from '@roamgrid/kernel';
import type { NegotiationPolicy } from '@roamgrid/negotiation';
import { rate } from '@roamgrid/rating';
import { parseTariff } from '@roamgrid/tariff';
import { isSaidTwice } from '../src/decisions/load-spans.js';
import { agreementOf, propose, publish, setPolicy, termsOf } from './documents.js';
import {
  demonstrationPolicies,
  HOME,
  startConsortium,
  VISITED,
  type Consortium,
} from './two-utilities.js';

type Bands = LoadSignalDocument['bands'];

let consortium: Consortium;
/** costs 8 cents more under high load and 5 less under low; home gives as much more, or less */
function withLoadCosts(policy: NegotiationPolicy): NegotiationPolicy {
  const shift = { low: -0.05, normal: 0, high: 0.08 };
  const shifted = (price: string, band: keyof typeof shift): string =>
    (Number(price) + shift[band]).toFixed(4);
  return policy.side === 'visited'
    ? {
        ...policy,
        bands: policy.bands.map((band) => ({
          ...band,
          costPerKwh: shifted(band.costPerKwh, band.loadBand),
        })),
      }
    : {
        ...policy,
        bands: policy.bands.map((band) => ({
          ...band,
          valuePerKwh: shifted(band.valuePerKwh, band.loadBand),
        })),
      };
}

beforeAll(async () => {
  consortium = await startConsortium();
  const tariff = await publish(consortium, VISITED);
  await propose(consortium, agreementOf([termsOf([tariff])]));
  const policies = await demonstrationPolicies();
  await setPolicy(consortium, withLoadCosts(policies.visited));
  await setPolicy(consortium, withLoadCosts(policies.home));
});
afterAll(() => consortium.stop());

const announce = (bands: Bands, stationClass: 'AC' | 'DC' = 'AC'): Promise<SignedLoadSignal> =>
  consortium.ask(publishLoadSignal, VISITED, { stationClass, bands });
const band = (from: string, to: string, loadBand: Bands[number]['loadBand']): Bands[number] => ({
  from,
  to,
  loadBand,
});
async function agree(): Promise<SignedAgreedTariff> {
  const reply: ReplyOf<typeof agreeTariff> = await consortium.ask(agreeTariff, VISITED, {
    homeUtility: HOME,
    customerClass: 'residential',
    stationClass: 'AC',
  });
  if (reply.decision === 'refused') throw new Error(reply.reason);
  return reply.agreedTariff;
}

/** What a kilowatt-hour costs that flows in the minute from `at`, in New York. */
function priceAt({ document }: SignedAgreedTariff, at: string): string | undefined {
  const startMs = parseInstant(at);
  const { lines } = rate({
    tariff: parseTariff(document.tariff),
    periods: [
      { startMs, endMs: startMs + 60_000, energyMilliWh: 1_000_000n, activity: 'charging' },
    ],
    utcOffsets: [{ from: startMs, offsetSeconds: -18_000 }],
    rounding: 'halfUp',
    boundaries: 'splitAtTariffBoundaries',
  });
  return lines.find(({ component }) => component === 'ENERGY')?.unitPriceMicros.toString();
}

describe('load bands', () => {
  // the clock stands at 12:00 UTC on 2026-03-02, 07:00 in New York
  it('are signed, cited, and stand in the agreed tariff by date and time', async () => {
    const before = await agree();
    expect(before.document).not.toHaveProperty('loadSignals');
    const signal = await announce([
      band('2026-03-02T22:00:00Z', '2026-03-03T01:00:00Z', 'high'),
      band('2026-03-03T01:00:00Z', '2026-03-03T03:00:00Z', 'low'),
    ]);
    const after = await agree();
    expect(after.document).toMatchObject({
      agreedTariffId: before.document.agreedTariffId,
      version: 2,
      negotiationId: before.document.negotiationId,
      schedule: before.document.schedule,
      notAfter: before.document.notAfter,
      loadSignals: [signal.documentHash],
      loadBands: signal.document.bands,
    });
    expect(after.signatures).toHaveLength(2);
    const normal = priceAt(before, '2026-03-02T23:00:00Z');
    const of = (loadBand: string): string | undefined =>
      before.document.schedule.find((one) => one.startTime === '06:00' && one.loadBand === loadBand)
        ?.pricePerKwh;
    expect(of('high')).not.toBe(of('normal'));
    expect(Number(priceAt(after, '2026-03-02T23:00:00Z'))).toBe(Number(of('high')) * 1e6);
    expect(Number(priceAt(after, '2026-03-03T01:30:00Z'))).toBe(Number(of('low')) * 1e6);
    expect(priceAt(after, '2026-03-02T21:59:00Z')).toBe(normal);
    // and again the same: a signal is resolved once
    expect(await agree()).toEqual(after);
  });

  it('published later touch no tariff that a session has pinned, only the next', async () => {
    const pinned = await agree();
    const bytes = JSON.stringify(pinned);
    const later = await announce([band('2026-03-03T04:00:00Z', '2026-03-03T06:00:00Z', 'high')]);
    const next = await agree();
    expect(JSON.stringify(pinned)).toBe(bytes);
    expect(next.documentHash).not.toBe(pinned.documentHash);
    expect(next.document.version).toBe(pinned.document.version + 1);
    expect(next.document.loadSignals).toContain(later.documentHash);
  });

  it('never contradict what was published', async () => {
    await expect(
      announce([band('2026-03-03T05:00:00Z', '2026-03-03T07:00:00Z', 'low')]),
    ).rejects.toMatchObject({ code: 'immutable' });
    await announce([band('2026-03-03T05:00:00Z', '2026-03-03T07:00:00Z', 'low')], 'DC');
  });

  it.each([
    ['in the past', [band('2026-03-02T11:00:00Z', '2026-03-02T13:00:00Z', 'high')], 'bands.0.from'],
    [
      'for the moment',
      [band('2026-03-02T12:00:00Z', '2026-03-02T13:00:00Z', 'high')],
      'bands.0.from',
    ],
    ['backwards', [band('2026-03-09T13:00:00Z', '2026-03-09T12:00:00Z', 'high')], 'bands.0.to'],
    [
      'with a gap',
      [
        band('2026-03-09T12:00:00Z', '2026-03-09T13:00:00Z', 'high'),
        band('2026-03-09T14:00:00Z', '2026-03-09T15:00:00Z', 'low'),
      ],
      'bands.1.from',
    ],
    [
      'within a minute',
      [band('2026-03-09T12:00:30Z', '2026-03-09T13:00:00Z', 'high')],
      'bands.0.from',
    ],
    ['for a month', [band('2026-03-09T12:00:00Z', '2026-04-09T12:00:00Z', 'high')], 'bands'],
  ])('%s are refused', async (_, bands, path) => {
    await expect(announce(bands)).rejects.toMatchObject({
      code: 'unprocessable',
      fields: [{ path }],
    });
  });

  it('that change within the hour clocks say twice are not sayable', () => {
    const zone = 'America/New_York';
    const first = band('2026-11-01T05:00:00Z', '2026-11-01T06:00:00Z', 'high');
    const second = band('2026-11-01T06:00:00Z', '2026-11-01T07:00:00Z', 'low');
    expect(isSaidTwice([first, second], zone)).toBe(true);
    expect(isSaidTwice([first, { ...second, loadBand: 'high' }], zone)).toBe(false);
    expect(isSaidTwice([first, second], 'America/Regina')).toBe(false);
  });
});

describe('home', () => {
  const tampered = async (change: (document: LoadSignalDocument) => LoadSignalDocument) => {
    const document: LoadSignalDocument = change({
      type: 'loadSignal',
      schemaVersion: 1,
      loadSignalId: 'x',
      visitedUtility: VISITED,
      stationClass: 'AC',
      timeZone: 'America/New_York',
      issuedAt: '2026-03-02T12:00:00Z',
      from: '2026-03-03T10:00:00Z',
      to: '2026-03-03T11:00:00Z',
      bands: [band('2026-03-03T10:00:00Z', '2026-03-03T11:00:00Z', 'high')],
    });
    return consortium.crps[VISITED].signer.sign(document);
  };
  const hears = (loadSignal: SignedLoadSignal) =>
    consortium.ask(receiveLoadSignal, HOME, { loadSignal }, `${VISITED}/crp`);

  it('keeps what a partner publishes ahead, and nothing claimed for the moment or unsigned', async () => {
    const claimed = await tampered((document) => ({
      ...document,
      issuedAt: '2026-03-03T10:30:00Z',
    }));
    await expect(hears(claimed)).rejects.toMatchObject({ code: 'unprocessable' });
    const good = await tampered((document) => document);
    const forged = { ...good, document: { ...good.document, loadSignalId: 'y' } };
    await expect(hears(forged)).rejects.toMatchObject({ code: 'signature_invalid' });
    await hears(good);
    await hears(good);
    const views = await consortium.views(HOME, 'loadSignal');
    expect(views.filter(({ id }) => id === 'x')).toHaveLength(1);
  });

  it('signs no tariff that leaves out a signal, or cites one that contradicts an earlier one', async () => {
    const signed = await agree();
    const next = { ...signed.document, version: signed.document.version + 1 };
    const ask = async (document: typeof next, loadSignals: SignedLoadSignal[]) => {
      const { signature } = await consortium.crps[VISITED].signer.sign(document);
      return consortium.ask(
        cosignAgreedTariff,
        HOME,
        {
          visitedUtility: VISITED,
          document,
          signature,
          baseTariffHash: await baseHash(),
          loadSignals,
        },
        `${VISITED}/crp`,
      );
    };
    await expect(ask(next, [])).rejects.toMatchObject({ code: 'negotiation_failed' });
    const other = await tampered((document) => ({
      ...document,
      loadSignalId: 'z',
      bands: [band(document.from, document.to, 'low')],
    }));
    await expect(ask(next, [other])).rejects.toThrow('contradicts');
  });

  async function baseHash(): Promise<string> {
    const [row] = await consortium.crps[VISITED].database.query<{ document_hash: string }>(
      "SELECT document_hash FROM tariffs_residential WHERE state = 'published'",
    );
    return row?.document_hash ?? '';
  }
});
