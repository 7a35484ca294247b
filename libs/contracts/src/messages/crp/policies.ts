import { z } from 'zod';
import { defineContract } from '../../contract.js';
import { fxRate } from '../../documents/retail-tariff.js';
import { customerClass, decimalString, identifier, nothing, stationClass } from '../../values.js';

/** A plan's retail side: what the driver's contract says about charging away from home. */
export const retailPlan = z.strictObject({
  planId: identifier,
  customerClass,
  retailRule: z.enum(['planPrice', 'wholesalePlus']),
  /** `planPrice`: the plan's own energy price per visited currency, excl. tax */
  roamingPrices: z.array(z.strictObject({ currency: z.string(), pricePerKwh: decimalString })),
  /** `wholesalePlus`, and wherever `planPrice` has no price for the visited currency */
  wholesalePlus: z.strictObject({ percentage: decimalString, perKwh: decimalString }),
  tierDiscounts: z.strictObject({
    Gold: decimalString,
    Diamond: decimalString,
    Platinum: decimalString,
  }),
  discountedComponents: z.array(z.enum(['ENERGY', 'TIME', 'PARKING_TIME', 'FLAT'])),
  /** the posted maximum of a kWh, excl. tax, per currency */
  greatestPrices: z.array(z.strictObject({ currency: z.string(), pricePerKwh: decimalString })),
  negativeMargin: z.enum(['allowed', 'refused']),
});
export type RetailPlan = z.infer<typeof retailPlan>;

export const definePlan = defineContract({
  kind: 'command',
  service: 'crp',
  name: 'definePlan',
  version: 1,
  summary: "Adds a version of a plan's retail rules.",
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ plan: retailPlan }),
  reply: nothing,
});

/** A negotiation policy is data; its shape is `libs/negotiation`'s. */
export const definePolicy = defineContract({
  kind: 'command',
  service: 'crp',
  name: 'definePolicy',
  version: 1,
  summary: 'Adds a version of a negotiation policy, with its review date.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({
    side: z.enum(['home', 'visited']),
    customerClass,
    stationClass,
    reviewDate: z.string().regex(/^\d{4}-\d\d-\d\d$/),
    policy: z.json(),
  }),
  reply: z.strictObject({ version: z.int().min(1) }),
});

export const recordFxRate = defineContract({
  kind: 'command',
  service: 'crp',
  name: 'recordFxRate',
  version: 1,
  summary: 'Keeps an exchange rate with its source and instant.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ fx: fxRate }),
  reply: nothing,
});
