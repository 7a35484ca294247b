import { z } from 'zod';
import { spanHolds, type ScheduleBand } from './schedule.js';

/** Weights are whole numbers up to this one. */
export const GREATEST_WEIGHT = 10;

const price = z.string().regex(/^\d{1,9}(\.\d{1,6})?$/, 'expected a price per kWh as text');
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected HH:MM');

const bandShape = {
  startTime: timeOfDay,
  /** the same as `startTime` for the whole day */
  endTime: timeOfDay,
  loadBand: z.enum(['low', 'normal', 'high']),
  /** what share of the energy this side expects here, beside the other bands: 0 none, 10 most */
  weight: z.int().min(0).max(GREATEST_WEIGHT),
};
const concession = {
  /** what this side may bargain about; with nothing named it takes the default */
  traded: z
    .array(z.enum(['ENERGY']))
    .max(1)
    .default(['ENERGY']),
  /** 1 concedes evenly over the rounds; the greater, the later it concedes */
  patience: z.int().min(1).max(10),
  /** least gain per kWh, weighted over the bands, below which this side rather has the default */
  reservationPerKwh: price,
};

/** How one side bargains for one class: data, versioned, with a review date outside of it. */
export const negotiationPolicySchema = z.discriminatedUnion('side', [
  z.strictObject({
    side: z.literal('visited'),
    /** `costPerKwh`: it agrees to no price below */
    bands: z
      .array(z.strictObject({ ...bandShape, costPerKwh: price }))
      .min(1)
      .max(72),
    ...concession,
  }),
  z.strictObject({
    side: z.literal('home'),
    /** `valuePerKwh`: it agrees to no price above */
    bands: z
      .array(z.strictObject({ ...bandShape, valuePerKwh: price }))
      .min(1)
      .max(72),
    ...concession,
  }),
]);
export type NegotiationPolicy = z.infer<typeof negotiationPolicySchema>;
export type Side = NegotiationPolicy['side'];

/** What a policy says of one band of a schedule. */
export interface BandValuation {
  readonly weight: number;
  /** visited's cost or home's value of a kWh, decimal text */
  readonly limitPerKwh: string;
}

function holds(
  policyBand: Pick<ScheduleBand, 'startTime' | 'endTime' | 'loadBand'>,
  band: ScheduleBand,
): boolean {
  return (
    policyBand.loadBand === band.loadBand &&
    spanHolds(policyBand.startTime, policyBand.endTime, band.startTime)
  );
}

/** The first band of the policy in which the schedule's band begins; null where it has none. */
export function valuationOf(policy: NegotiationPolicy, band: ScheduleBand): BandValuation | null {
  if (policy.side === 'visited') {
    const found = policy.bands.find((one) => holds(one, band));
    return found === undefined ? null : { weight: found.weight, limitPerKwh: found.costPerKwh };
  }
  const found = policy.bands.find((one) => holds(one, band));
  return found === undefined ? null : { weight: found.weight, limitPerKwh: found.valuePerKwh };
}
