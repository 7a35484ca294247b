import { describe, expect, it } from '@jest/globals';
import type { TariffDocument } from '@roamgrid/tariff';
import { resolveWithLoad, scheduleOf, type LoadSpan, type Schedule } from '../src/index.js';

const BASE: TariffDocument = {
  country_code: 'US',
  party_id: 'DUK',
  id: 'base',
  currency: 'USD',
  elements: [
    {
      price_components: [{ type: 'ENERGY', price: '0.30', step_size: 1 }],
      restrictions: { start_time: '07:00', end_time: '22:00' },
    },
    { price_components: [{ type: 'ENERGY', price: '0.20', step_size: 100, vat: '5' }] },
    { price_components: [{ type: 'PARKING_TIME', price: '2', step_size: 60 }] },
  ],
  last_updated: '2026-01-01T00:00:00Z',
};

/** low 5 cents below, high 8 cents above, by day only */
const SCHEDULE: Schedule = (scheduleOf(BASE) ?? []).map((band) => {
  if (band.startTime !== '07:00') return band;
  const byLoad = { low: '0.25', normal: '0.30', high: '0.38' };
  return { ...band, pricePerKwh: byLoad[band.loadBand] };
});

/** 2026-06-08 */
const DAY = 20_612;
const span = (
  startMinute: number,
  endMinute: number,
  loadBand: LoadSpan['loadBand'],
): LoadSpan => ({
  day: DAY,
  startMinute,
  endMinute,
  loadBand,
});

const resolved = (...spans: LoadSpan[]): string[] =>
  resolveWithLoad(SCHEDULE, BASE, spans).elements.map(
    ({ price_components: [one], restrictions }) => {
      const {
        start_date: from,
        end_date: to,
        start_time: start,
        end_time: end,
      } = restrictions ?? {};
      const when = [from, to, start, end].filter((part) => part !== undefined).join(' ');
      return `${one?.type ?? ''} ${one?.price ?? ''} ${when}`.trim();
    },
  );

const NORMAL = ['ENERGY 0.30 07:00 22:00', 'ENERGY 0.20 22:00 07:00', 'PARKING_TIME 2'];
const ON = '2026-06-08 2026-06-09';

describe('a schedule with load bands as one plain tariff', () => {
  it.each([
    ['no signal', [], []],
    ['an evening peak', [span(1_020, 1_200, 'high')], [`ENERGY 0.38 ${ON} 17:00 20:00`]],
    [
      'a peak that runs into the night, where load changes no price',
      [span(1_260, 1_440, 'high')],
      [`ENERGY 0.38 ${ON} 21:00 22:00`],
    ],
    ['a night', [span(0, 420, 'low')], []],
    [
      'a whole day',
      [span(0, 720, 'low'), span(720, 1_440, 'high')],
      [`ENERGY 0.25 ${ON} 07:00 12:00`, `ENERGY 0.38 ${ON} 12:00 22:00`],
    ],
  ])('%s', (_, spans, exceptions) => {
    expect(resolved(...spans)).toEqual([...exceptions, ...NORMAL]);
  });

  it('keeps step and taxes of the time band, and says the end of a day as 00:00', () => {
    const schedule = SCHEDULE.map((band) =>
      band.loadBand === 'high' ? { ...band, pricePerKwh: '0.40' } : band,
    );
    const [evening, night] = resolveWithLoad(schedule, BASE, [span(1_200, 1_440, 'high')]).elements;
    expect(evening?.price_components).toEqual([{ type: 'ENERGY', price: '0.40', step_size: 1 }]);
    expect(night).toEqual({
      price_components: [{ type: 'ENERGY', price: '0.40', step_size: 100, vat: '5' }],
      restrictions: {
        start_date: '2026-06-08',
        end_date: '2026-06-09',
        start_time: '22:00',
        end_time: '00:00',
      },
    });
  });
});
