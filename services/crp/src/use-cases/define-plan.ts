import type { RetailPlan } from '@roamgrid/contracts';
import { parseDecimal, parsePriceMicros, RoamgridError } from '@roamgrid/kernel';
import type { CrpParts } from './parts.js';

const PERCENT_DIGITS = 6;
const HUNDRED_PERCENT = 100_000_000n;

function refuse(path: string, message: string): never {
  throw new RoamgridError('unprocessable', `the plan cannot be used: ${path} ${message}`, [
    { path, message },
  ]);
}

function checkPercentage(path: string, text: string): void {
  const percentage = parseDecimal(text, PERCENT_DIGITS);
  if (percentage < 0n || percentage > HUNDRED_PERCENT) refuse(path, 'lies outside 0 to 100');
}

function checkPrices(
  path: string,
  prices: readonly { readonly currency: string; readonly pricePerKwh: string }[],
): void {
  const currencies = new Set(prices.map(({ currency }) => currency));
  if (currencies.size !== prices.length) refuse(path, 'names a currency twice');
  for (const { pricePerKwh } of prices) {
    if (parsePriceMicros(pricePerKwh) < 0n) refuse(path, 'has a negative price');
  }
}

/** @throws RoamgridError `unprocessable`, naming the member */
export function checkPlan(plan: RetailPlan): void {
  for (const [tier, percentage] of Object.entries(plan.tierDiscounts)) {
    checkPercentage(`tierDiscounts.${tier}`, percentage);
  }
  checkPrices('roamingPrices', plan.roamingPrices);
  checkPrices('greatestPrices', plan.greatestPrices);
  if (parseDecimal(plan.wholesalePlus.percentage, PERCENT_DIGITS) < -HUNDRED_PERCENT) {
    refuse('wholesalePlus.percentage', 'would make prices negative');
  }
  if (parsePriceMicros(plan.wholesalePlus.perKwh) < 0n) {
    refuse('wholesalePlus.perKwh', 'is negative');
  }
}

export function definePlanWith(
  parts: Pick<CrpParts, 'plans'>,
): (request: { plan: RetailPlan }) => Promise<Record<string, never>> {
  return async ({ plan }) => {
    checkPlan(plan);
    await parts.plans.add(plan);
    return {};
  };
}
