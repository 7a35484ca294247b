import { RoamgridError } from '@roamgrid/kernel';
import type { TariffDocument, TariffElementDocument } from '@roamgrid/tariff';
import { energyBandsOf, type LoadBand, type Schedule } from './schedule.js';

/** What the base prices besides energy: unchanged, in its order. */
function withoutEnergy(base: TariffDocument): TariffElementDocument[] {
  return base.elements.flatMap((element) => {
    const others = element.price_components.filter(({ type }) => type !== 'ENERGY');
    return others.length === 0 ? [] : [{ ...element, price_components: others }];
  });
}

/**
 * One plain OCPI tariff from a schedule: energy per time band at the schedule's price, with the base
 * tariff's step and taxes of that band; TIME, PARKING_TIME and FLAT as they stand in the base.
 *
 * @param loadBand the band that the visited utility's signed signals name; `normal` without signals
 * @throws RoamgridError `price_unknown` where the schedule has no price for a time band of the base
 */
export function resolveSchedule(
  schedule: Schedule,
  base: TariffDocument,
  loadBand: LoadBand = 'normal',
): TariffDocument {
  const bands = energyBandsOf(base);
  if (bands === null) throw new RoamgridError('price_unknown', 'the tariff has no schedule');
  const energy = bands.map(({ startTime, endTime, component }): TariffElementDocument => {
    const price = schedule.find(
      (band) =>
        band.startTime === startTime && band.endTime === endTime && band.loadBand === loadBand,
    );
    if (price === undefined) {
      throw new RoamgridError('price_unknown', `no price from ${startTime} to ${endTime}`);
    }
    const components = [{ ...component, price: price.pricePerKwh }];
    // the same time twice is the whole day, which OCPI says by leaving the restriction out
    return startTime === endTime
      ? { price_components: components }
      : {
          price_components: components,
          restrictions: { start_time: startTime, end_time: endTime },
        };
  });
  return { ...base, elements: [...energy, ...withoutEnergy(base)] };
}
