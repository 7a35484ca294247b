import type { RetailPlan, RetailTariffDocument } from '@roamgrid/contracts';
import {
  divideHalfUp,
  formatPriceMicros,
  parseDecimal,
  parsePriceMicros,
  type PriceMicros,
} from '@roamgrid/kernel';
import type { PriceComponentDocument, TariffDocument } from '@roamgrid/tariff';

export type RetailRule = RetailTariffDocument['retailRule'];
export type Tier = RetailTariffDocument['tier'];

export interface RetailPrices {
  readonly retailRule: RetailRule;
  readonly tierDiscountPercentage: string;
  readonly elements: TariffDocument['elements'];
}

const PERCENT_DIGITS = 6;
/** 100 % in millionths of a percent */
const HUNDRED_PERCENT = 100_000_000n;

/** `price` × `percent`, half up to the micro-unit. */
function percentOf(price: PriceMicros, percentMicros: bigint): PriceMicros {
  return divideHalfUp(price * percentMicros, HUNDRED_PERCENT);
}

export function tierDiscountOf(plan: RetailPlan, tier: Tier): string {
  return tier === 'none' ? '0' : plan.tierDiscounts[tier];
}

function priceIn(
  prices: readonly { readonly currency: string; readonly pricePerKwh: string }[],
  currency: string,
): PriceMicros | null {
  const found = prices.find((price) => price.currency === currency);
  return found === undefined ? null : parsePriceMicros(found.pricePerKwh);
}

function planPriceOf(plan: RetailPlan, currency: string): PriceMicros | null {
  return plan.retailRule === 'planPrice' ? priceIn(plan.roamingPrices, currency) : null;
}

/** One price all day wants one element, so that its line is rounded once. */
function joinEnergy(elements: TariffDocument['elements']): TariffDocument['elements'] {
  const energy = elements.flatMap(({ price_components: components }) =>
    components.filter(({ type }) => type === 'ENERGY'),
  );
  const [first] = energy;
  const isUniform = energy.every(
    (one) => JSON.stringify({ ...one, price: '' }) === JSON.stringify({ ...first, price: '' }),
  );
  if (first === undefined || !isUniform) return elements;
  const others = elements.flatMap((element) => {
    const kept = element.price_components.filter(({ type }) => type !== 'ENERGY');
    return kept.length === 0 ? [] : [{ ...element, price_components: kept }];
  });
  return [{ price_components: [first] }, ...others];
}

function mapPrices(
  elements: TariffDocument['elements'],
  priceOf: (component: PriceComponentDocument) => PriceMicros,
): TariffDocument['elements'] {
  return elements.map((element) => ({
    ...element,
    price_components: element.price_components.map((component) => ({
      ...component,
      price: formatPriceMicros(priceOf(component)),
    })),
  }));
}

/** Half up to the micro-unit, as every price of this file. */
function discounted(
  component: PriceComponentDocument,
  price: PriceMicros,
  plan: RetailPlan,
  tier: Tier,
): PriceMicros {
  if (!plan.discountedComponents.includes(component.type)) return price;
  const discount = parseDecimal(tierDiscountOf(plan, tier), PERCENT_DIGITS);
  return percentOf(price, HUNDRED_PERCENT - discount);
}

/** At home the driver pays the domestic tariff, less the tier's discount. */
export function domesticPrices(tariff: TariffDocument, plan: RetailPlan, tier: Tier): RetailPrices {
  return {
    retailRule: 'domestic',
    tierDiscountPercentage: tierDiscountOf(plan, tier),
    elements: mapPrices(tariff.elements, (component) =>
      discounted(component, parsePriceMicros(component.price), plan, tier),
    ),
  };
}

/**
 * What a driver pays away from home: energy at the plan's price or at wholesale plus the plan's
 * margin, the rest at wholesale; then the tier's discount; never above the plan's posted maximum.
 * Taxes are those of the place. Unit prices are half up to the micro-unit.
 *
 * @returns null where a price would fall below wholesale and the plan refuses that
 */
export function roamingPrices(
  wholesale: TariffDocument,
  plan: RetailPlan,
  tier: Tier,
): RetailPrices | null {
  const planPrice = planPriceOf(plan, wholesale.currency);
  const maximum = priceIn(plan.greatestPrices, wholesale.currency);
  const percentage = HUNDRED_PERCENT + parseDecimal(plan.wholesalePlus.percentage, PERCENT_DIGITS);
  const perKwh = parsePriceMicros(plan.wholesalePlus.perKwh);

  const priceOf = (component: PriceComponentDocument): PriceMicros => {
    const wholesalePrice = parsePriceMicros(component.price);
    const isEnergy = component.type === 'ENERGY';
    const listed = isEnergy
      ? (planPrice ?? percentOf(wholesalePrice, percentage) + perKwh)
      : wholesalePrice;
    const reduced = discounted(component, listed, plan, tier);
    return isEnergy && maximum !== null && reduced > maximum ? maximum : reduced;
  };

  const isAtLoss = wholesale.elements.some((element) =>
    element.price_components.some((one) => priceOf(one) < parsePriceMicros(one.price)),
  );
  if (isAtLoss && plan.negativeMargin === 'refused') return null;
  const elements = mapPrices(wholesale.elements, priceOf);
  return {
    retailRule: planPrice === null ? 'wholesalePlus' : 'planPrice',
    tierDiscountPercentage: tierDiscountOf(plan, tier),
    elements: planPrice === null ? elements : joinEnergy(elements),
  };
}
