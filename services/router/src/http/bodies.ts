import { decimalString, hashHex, instantString, medium, sessionKind } from '@roamgrid/contracts';
import { z } from 'zod';

/** A decimal string, or a JSON integer (which arrives as a bigint); never a float. */
const decimal = z
  .union([z.string(), z.bigint()], 'a decimal string or an integer, never a float')
  .transform(String)
  .pipe(decimalString);

const percent = decimal;

/** Where the station stands in time: late deliveries say so. */
const offline = z.boolean().optional();

const signedData = z
  .strictObject({ format: z.string().min(1).max(20), value: z.string().min(1).max(10_000) })
  .optional();

export const swipeBody = z
  .strictObject({
    connectorId: z.bigint('an integer from 1 to 99').min(1n).max(99n).transform(Number),
    cin: z.string().optional(),
    contractId: z.string().optional(),
    medium,
    kind: sessionKind.optional(),
    pin: z.string().min(1).max(64).optional(),
    requestedEnergyKwh: decimal.optional(),
  })
  .refine((body) => (body.cin === undefined) !== (body.contractId === undefined), {
    path: ['cin'],
    message: 'either cin or contractId',
  });

export const consentBody = z.strictObject({ quoteHash: hashHex });

/** nothing needs to be said beside the no; no body at all is as good */
export const declineBody = z.strictObject({}).nullable();

export const startBody = z.strictObject({
  meterWh: decimal,
  at: instantString,
  meterSerial: z.string().min(1).max(50).optional(),
  signedData,
  offline,
});

export const meterValuesBody = z.strictObject({
  values: z
    .array(
      z.strictObject({
        at: instantString,
        meterWh: decimal,
        powerW: decimal.optional(),
        stateOfChargePercent: percent.optional(),
      }),
    )
    .min(1)
    .max(500),
  offline,
});

export const stopBody = z.strictObject({
  meterWh: decimal,
  at: instantString,
  reason: z.enum(['full', 'driver', 'interrupted', 'creditExhausted', 'fault']),
  stateOfChargePercent: percent.optional(),
  meterSerial: z.string().min(1).max(50).optional(),
  signedData,
  offline,
});

export type SwipeBody = z.output<typeof swipeBody>;
export type StartBody = z.output<typeof startBody>;
export type MeterValuesBody = z.output<typeof meterValuesBody>;
export type StopBody = z.output<typeof stopBody>;
