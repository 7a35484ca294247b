import { z } from 'zod';
import { defineContract } from '../../contract.js';
import { fxRate } from '../../documents/retail-tariff.js';
import {
  customerClass,
  decimalString,
  identifier,
  instantString,
  nothing,
  stationClass,
} from '../../values.js';

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

/** How this utility bargains, as one side, for one class; a published version never changes. */
export const policyView = z.strictObject({
  /** `<side>-<customerClass>-<stationClass>` */
  policyId: identifier,
  version: z.int().min(1),
  state: z.enum(['draft', 'published']),
  side: z.enum(['home', 'visited']),
  customerClass,
  stationClass,
  /** local date by which a person looks at it again */
  reviewDate: z.string().regex(/^\d{4}-\d\d-\d\d$/),
  author: z.string(),
  publisher: z.string().nullable(),
  publishedAt: instantString.nullable(),
  /** costs or values, load curve, patience, what may be traded; its shape is `libs/negotiation`'s */
  policy: z.json(),
});
export type PolicyView = z.infer<typeof policyView>;

export const draftPolicy = defineContract({
  kind: 'command',
  service: 'crp',
  name: 'draftPolicy',
  version: 1,
  summary: 'Adds a version of a negotiation policy as a draft, with its review date.',
  senders: ['portal'],
  scope: 'own',
  request: policyView.pick({
    side: true,
    customerClass: true,
    stationClass: true,
    reviewDate: true,
    author: true,
    policy: true,
  }),
  reply: policyView,
});

export const publishPolicy = defineContract({
  kind: 'command',
  service: 'crp',
  name: 'publishPolicy',
  version: 1,
  summary: 'Puts a draft of a policy in force; another person than the author.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ policyId: identifier, version: z.int().min(1), publisher: z.string() }),
  reply: policyView,
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
