import { z } from 'zod';

/** A JSON integer is read as the decimal text it stands for; a float is refused. */
const integerAsText = (value: unknown): unknown =>
  typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;

const decimal = z.preprocess(
  integerAsText,
  z.string().regex(/^-?\d{1,30}(\.\d{1,30})?$/, 'expected a plain decimal number as text'),
);
const seconds = z.int().min(0);
const timeOfDay = z.string().regex(/^\d{2}:\d{2}$/, 'expected HH:MM');
const localDate = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'expected YYYY-MM-DD');
const dateTime = z.string().max(40);

export const DIMENSIONS = ['ENERGY', 'FLAT', 'PARKING_TIME', 'TIME'] as const;
/** What a price component is the price of. */
export type Dimension = (typeof DIMENSIONS)[number];

/** Monday first, as ISO 8601 counts. */
export const DAYS_OF_WEEK = [
  'MONDAY',
  'TUESDAY',
  'WEDNESDAY',
  'THURSDAY',
  'FRIDAY',
  'SATURDAY',
  'SUNDAY',
] as const;

const taxSchema = z.strictObject({ name: z.string().min(1).max(64), percentage: decimal });

const priceComponentSchema = z.strictObject({
  type: z.enum(DIMENSIONS),
  /** per kWh, per hour or per session, without tax */
  price: decimal,
  /** Wh for ENERGY, seconds for TIME and PARKING_TIME, without meaning for FLAT */
  step_size: z.int(),
  /** percent; absent means that no tax applies */
  vat: decimal.optional(),
  /** several taxes at once, each on the price without tax; not together with `vat` */
  taxes: z.array(taxSchema).max(8).optional(),
});

const restrictionsSchema = z.strictObject({
  start_time: timeOfDay.optional(),
  end_time: timeOfDay.optional(),
  start_date: localDate.optional(),
  end_date: localDate.optional(),
  min_kwh: decimal.optional(),
  max_kwh: decimal.optional(),
  min_current: decimal.optional(),
  max_current: decimal.optional(),
  min_power: decimal.optional(),
  max_power: decimal.optional(),
  min_duration: seconds.optional(),
  max_duration: seconds.optional(),
  day_of_week: z.array(z.enum(DAYS_OF_WEEK)).max(7).optional(),
  reservation: z.enum(['RESERVATION', 'RESERVATION_EXPIRES']).optional(),
});

const elementSchema = z.strictObject({
  price_components: z.array(priceComponentSchema).min(1).max(8),
  restrictions: restrictionsSchema.optional(),
});

const priceLimitSchema = z.strictObject({ excl_vat: decimal, incl_vat: decimal.optional() });

/**
 * A tariff as OCPI 2.2.1 shapes it, with every price, energy, current, power and percentage as decimal
 * text so that JSON carries it without loss. Unknown members are refused.
 */
export const tariffSchema = z.strictObject({
  country_code: z.string().regex(/^[A-Za-z]{2}$/),
  party_id: z.string().regex(/^[A-Za-z0-9]{3}$/),
  id: z.string().min(1).max(36),
  currency: z.string().regex(/^[A-Z]{3}$/),
  type: z
    .enum(['AD_HOC_PAYMENT', 'PROFILE_CHEAP', 'PROFILE_FAST', 'PROFILE_GREEN', 'REGULAR'])
    .optional(),
  tariff_alt_text: z
    .array(z.strictObject({ language: z.string().min(2).max(8), text: z.string().max(512) }))
    .max(50)
    .optional(),
  tariff_alt_url: z.string().max(255).optional(),
  min_price: priceLimitSchema.optional(),
  max_price: priceLimitSchema.optional(),
  /** whether prices hold their tax already; only `NO` is rated */
  tax_included: z.enum(['YES', 'NO', 'N/A']).optional(),
  elements: z.array(elementSchema).min(1).max(500),
  start_date_time: dateTime.optional(),
  end_date_time: dateTime.optional(),
  last_updated: dateTime,
});

export type TariffDocument = z.infer<typeof tariffSchema>;
export type PriceComponentDocument = z.infer<typeof priceComponentSchema>;
export type RestrictionsDocument = z.infer<typeof restrictionsSchema>;
export type TariffElementDocument = z.infer<typeof elementSchema>;
export type PriceLimitDocument = z.infer<typeof priceLimitSchema>;
