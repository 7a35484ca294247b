import { describe, expect, it } from '@jest/globals';
import type { TariffDocument, TariffElementDocument } from '@roamgrid/tariff';
import { resolveSchedule, scheduleOf } from '../src/index.js';
import { dayAndNight } from './terms.js';

function tariffOf(elements: TariffElementDocument[]): TariffDocument {
  return { ...dayAndNight, elements };
}
const energy = (price: string) => ({ type: 'ENERGY' as const, price, step_size: 1 });
const during = (start: string, end: string, price: string): TariffElementDocument => ({
  price_components: [energy(price)],
  restrictions: { start_time: start, end_time: end },
});
const rows = (tariff: TariffDocument): string[] | undefined =>
  scheduleOf(tariff)
    ?.filter(({ loadBand }) => loadBand === 'normal')
    .map((band) => `${band.startTime}-${band.endTime} ${band.pricePerKwh}`);

describe('scheduleOf', () => {
  it('puts each minute into one band, the first element counting', () => {
    expect(rows(dayAndNight)).toEqual(['06:00-22:00 0.30', '22:00-06:00 0.20']);
  });

  it('has all three load bands at the price of the tariff', () => {
    expect(scheduleOf(dayAndNight)).toHaveLength(6);
  });

  it('reads one price as the whole day', () => {
    expect(rows(tariffOf([{ price_components: [energy('0.25')] }]))).toEqual(['00:00-00:00 0.25']);
  });

  it('cuts where elements overlap', () => {
    const overlapping = tariffOf([
      during('08:00', '12:00', '0.40'),
      during('10:00', '18:00', '0.35'),
      { price_components: [energy('0.20')] },
    ]);
    expect(rows(overlapping)).toEqual(['08:00-12:00 0.40', '12:00-18:00 0.35', '18:00-08:00 0.20']);
  });

  it('has nothing to say of prices by weekday or amount, or of an hour without a price', () => {
    const byWeekday = tariffOf([
      { price_components: [energy('0.20')], restrictions: { day_of_week: ['SUNDAY'] } },
      { price_components: [energy('0.30')] },
    ]);
    expect(scheduleOf(byWeekday)).toBeNull();
    expect(scheduleOf(tariffOf([during('08:00', '12:00', '0.40')]))).toBeNull();
    const timeOnly = tariffOf([{ price_components: [{ ...energy('1'), type: 'TIME' }] }]);
    expect(scheduleOf(timeOnly)).toBeNull();
  });
});

describe('resolveSchedule', () => {
  const schedule = (scheduleOf(dayAndNight) ?? []).map((band) => ({
    ...band,
    pricePerKwh: { low: '0.15', normal: '0.25', high: '0.45' }[band.loadBand],
  }));

  it('changes energy prices only: step, taxes, time, parking and their order stay', () => {
    expect(resolveSchedule(schedule, dayAndNight).elements).toEqual([
      {
        price_components: [{ type: 'ENERGY', price: '0.25', step_size: 1, vat: '7.25' }],
        restrictions: { start_time: '06:00', end_time: '22:00' },
      },
      {
        price_components: [{ type: 'ENERGY', price: '0.25', step_size: 1, vat: '7.25' }],
        restrictions: { start_time: '22:00', end_time: '06:00' },
      },
      {
        price_components: [{ type: 'TIME', price: '1.00', step_size: 60 }],
        restrictions: { start_time: '22:00', end_time: '06:00' },
      },
      { price_components: [{ type: 'PARKING_TIME', price: '2.00', step_size: 300 }] },
    ]);
  });

  it('takes the prices of the load band that holds', () => {
    const [first] = resolveSchedule(schedule, dayAndNight, 'high').elements;
    expect(first?.price_components[0]?.price).toBe('0.45');
  });

  it('leaves the restriction out where one price holds all day', () => {
    const flat = tariffOf([{ price_components: [energy('0.25')] }]);
    expect(resolveSchedule(scheduleOf(flat) ?? [], flat).elements).toEqual(flat.elements);
  });

  it('refuses a schedule without a price for a band', () => {
    expect(() => resolveSchedule(schedule.slice(0, 3), dayAndNight)).toThrow('no price from');
  });
});
