import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemIds } from '@roamgrid/platform';
import { chargeOf, startPair, type AaaUnderTest, type Pair } from './aaa-under-test.js';
import { StationUnderTest } from './station-under-test.js';

const ecKeys = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const spkiHex = (key: KeyObject): string =>
  key.export({ format: 'der', type: 'spki' }).toString('hex');

const meter = ecKeys();
const otherMeter = ecKeys();

interface RecordWish {
  readonly pagination: number;
  /** mark and register in kWh, as the meter writes it */
  readonly readings: readonly (readonly [mark: string, kwh: string])[];
  readonly serial?: string;
  readonly key?: KeyObject;
  readonly members?: string;
  readonly signature?: object;
}

/** An OCMF record as a meter writes it. */
function ocmf({ pagination, readings, serial = 'M-1', key, members = '', signature }: RecordWish) {
  const told = readings.map(
    ([mark, kwh]) =>
      `{"TM":"2026-03-02T12:00:00,000+0000 S","TX":"${mark}","RV":${kwh},"RI":"1-b:1.8.0","RU":"kWh","ST":"G"}`,
  );
  const payload = `{"FV":"1.0","GI":"M","MS":"${serial}","PG":"T${String(pagination)}",${members}"RD":[${told.join()}]}`;
  const bytes = sign('sha256', Buffer.from(payload), key ?? meter.privateKey);
  const signed = signature ?? { SA: 'ECDSA-secp256r1-SHA256', SD: bytes.toString('hex') };
  return `OCMF|${payload}|${JSON.stringify(signed)}`;
}

const whole = (pagination: number, begin = '1.000', end = '6.000') =>
  ocmf({
    pagination,
    readings: [
      ['B', begin],
      ['E', end],
    ],
  });

/** Meter values that the meter signed: checked by its registered key, and never billed against them. */
describe('signed meter data', () => {
  let pair: Pair;
  let aaa: AaaUnderTest;
  let station: StationUnderTest;

  beforeAll(async () => {
    pair = await startPair();
    aaa = pair.visited;
  }, 60_000);
  afterAll(() => pair.stop());
  beforeEach(async () => {
    station = await StationUnderTest.register(aaa, [1, 2], spkiHex(meter.publicKey));
  });

  const data = (value: string | null) => (value === null ? null : { format: 'OCMF', value });

  /** 5 kWh in an hour, from the register given; @returns codes of suspense, all of the station's */
  async function charged(
    signed: { readonly start?: string | null; readonly stop?: string | null },
    startWh = 1_000,
  ): Promise<readonly string[]> {
    const id = systemIds.uuid();
    await aaa.neighbours.hold({ mandate: { mandateId: id, pseudonym: `ps-${id}` } });
    const sessionId = await station.consented();
    await station.http(sessionId, 'started', String(startWh), {
      signedData: data(signed.start ?? null),
    });
    pair.clock.advanceMinutes(60);
    await station.http(sessionId, 'ended', String(startWh + 5_000), {
      signedData: data(signed.stop ?? null),
    });
    pair.clock.advanceMinutes(1);
    return aaa.suspenseCodes(station.stationId);
  }

  const handedOver = async () =>
    (await aaa.sent('settlement.recordCharge')).map((sent) => chargeOf(sent));

  it('is rated where it says what the registers say, and stands on the record', async () => {
    await handedOver();
    const stop = whole(7);
    expect(await charged({ stop })).toEqual([]);
    const start = ocmf({ pagination: 8, readings: [['B', '6.0']] });
    const end = ocmf({ pagination: 9, readings: [['E', '11.0']] });
    expect(await charged({ start, stop: end }, 6_000)).toEqual([]);
    expect(await handedOver()).toMatchObject([
      { meter: { signedData: { format: 'OCMF', start: null, stop } } },
      { meter: { signedData: { start, stop: end } } },
    ]);
  });

  it.each([
    ['no signature part', whole(1).split('|').slice(0, 2).join('|')],
    [
      'an empty signature',
      ocmf({ pagination: 1, readings: [['E', '6.0']], signature: { SD: '' } }),
    ],
    [
      'a signature of other data',
      `OCMF|${whole(1).split('|')[1]?.replace('6.000', '5.000') ?? ''}|${whole(1).split('|')[2] ?? ''}`,
    ],
    [
      'an unknown algorithm',
      ocmf({ pagination: 1, readings: [['E', '6.0']], signature: { SA: 'none', SD: 'aa' } }),
    ],
    ['no record at all', 'OCMF'],
  ])('B065 %s: set aside, not rated', async (_, stop) => {
    await handedOver();
    expect(await charged({ stop })).toEqual(['signature_invalid']);
    expect(await handedOver()).toEqual([]);
  });

  it.each([
    ['another key', { key: otherMeter.privateKey }],
    ["another meter's serial number", { serial: 'M-2' }],
  ])('B066 signed by %s: set aside', async (_, wish) => {
    const stop = ocmf({
      pagination: 1,
      readings: [
        ['B', '1.0'],
        ['E', '6.0'],
      ],
      ...wish,
    });
    expect(await charged({ stop })).toEqual(['signature_invalid']);
  });

  it('B067 a key inside the record is never used', async () => {
    const publicKey = spkiHex(otherMeter.publicKey);
    const stop = ocmf({
      pagination: 1,
      readings: [
        ['B', '1.0'],
        ['E', '6.0'],
      ],
      key: otherMeter.privateKey,
      members: `"PK":"${publicKey}",`,
    });
    expect(await charged({ stop })).toEqual(['signature_invalid']);
  });

  it('B068 the start of one session with the stop of another: set aside', async () => {
    const start = ocmf({ pagination: 3, readings: [['B', '1.0']] });
    const stop = ocmf({ pagination: 6, readings: [['E', '6.0']] });
    expect(await charged({ start, stop })).toEqual(['signed_records_mismatched']);
  });

  it('B069 a signed record serves one charge only', async () => {
    await handedOver();
    const stop = whole(4);
    expect(await charged({ stop })).toEqual([]);
    expect(await charged({ stop }, 6_000)).toEqual(['signed_record_reused']);
    expect(await handedOver()).toHaveLength(1);
  });

  it("B070 the meter's count of records goes back: set aside", async () => {
    expect(await charged({ stop: whole(9) })).toEqual([]);
    expect(await charged({ stop: whole(9, '6.0', '11.0') }, 6_000)).toEqual(['meter_rollback']);
  });

  it.each([
    ['at the stop', whole(1, '1.000', '6.001')],
    ['at the start', whole(1, '0.999', '6.000')],
    ['by a digit that a number would lose', whole(1, '1.000', '6.0000000000000000001')],
  ])('B072 a signed register that differs %s: set aside, and staff bill by it', async (_, stop) => {
    expect(await charged({ stop })).toEqual(['signed_value_differs']);
  });

  it('is kept unchecked where no key of the meter is registered', async () => {
    station = await StationUnderTest.register(aaa);
    expect(await charged({ stop: whole(1, '0.0', '99.0') })).toEqual([]);
  });
});
