import { z } from 'zod';
import {
  connectorId,
  decimalString,
  hashHex,
  identifier,
  instantString,
  integerString,
  signed,
  stationClass,
  stationId,
  taxRate,
  utilitySlug,
} from '../values.js';
import { plug, stationLocation } from './location.js';

/** Public key of a meter, DER SubjectPublicKeyInfo in hex. */
const meterKey = z.string().regex(/^(?:[0-9a-f]{2}){26,300}$/);

/** What settles how a station's charges are read: zone, power, taxes of the place, provider. */
export const stationRecordDocument = z.strictObject({
  type: z.literal('stationRecord'),
  schemaVersion: z.literal(1),
  stationId,
  version: z.int().min(1),
  utility: utilitySlug,
  provider: identifier,
  providerSharePercentage: decimalString,
  place: z.string().max(80),
  /** without it the CDRs of this station make no complete OCPI record */
  location: stationLocation.exactOptional(),
  timeZone: z.string(),
  stationClass,
  /** what the connection gives that this station shares with every other one of the same site */
  sitePower: z.strictObject({ siteId: identifier, powerW: integerString }).exactOptional(),
  /** whether the station takes limits (OCPP `SetChargingProfile`) */
  smartCharging: z.boolean().exactOptional(),
  taxes: z.array(taxRate),
  evses: z
    .array(
      z.strictObject({
        connectorId,
        powerW: integerString,
        currentType: z.enum(['AC', 'DC']),
        meterSerial: z.string().max(50).nullable(),
        /** with it, signed meter data is checked */
        meterKey: meterKey.exactOptional(),
        plug: plug.exactOptional(),
      }),
    )
    .min(1),
  notBefore: instantString,
});
export type StationRecordDocument = z.infer<typeof stationRecordDocument>;
export const signedStationRecord = signed(stationRecordDocument);
export type SignedStationRecord = z.infer<typeof signedStationRecord>;

/** Whose key signs a connector's meter data, of one station record; signed by the visited utility's AAA. */
export const meterRegistrationDocument = z.strictObject({
  type: z.literal('meterRegistration'),
  schemaVersion: z.literal(1),
  utility: utilitySlug,
  stationId,
  connectorId,
  meterSerial: z.string().max(50).nullable(),
  meterKey,
  stationRecordHash: hashHex,
  notBefore: instantString,
});
export type MeterRegistrationDocument = z.infer<typeof meterRegistrationDocument>;
export const signedMeterRegistration = signed(meterRegistrationDocument);
export type SignedMeterRegistration = z.infer<typeof signedMeterRegistration>;
