import { tariffSchema } from '@roamgrid/tariff';
import { z } from 'zod';
import {
  authorizedBy,
  connectorId,
  currencyCode,
  customerClass,
  decimalString,
  hashHex,
  identifier,
  instantString,
  integerString,
  signed,
  stationClass,
  stationId,
  utilitySlug,
  uuid,
} from '../values.js';
import { signedAgreedTariff } from './agreed-tariff.js';
import { loadBandSpan } from './load-signal.js';
import { plug, stationLocation } from './location.js';
import { signedMandate } from './mandate.js';
import { signedConsent, signedQuote } from './quote.js';
import { signedMeterRegistration } from './station-record.js';

/** One metered period between two register readings; parking is time connected without energy. */
export const meteredPeriod = z.strictObject({
  startAt: instantString,
  endAt: instantString,
  startWh: decimalString,
  endWh: decimalString,
  energyWh: decimalString,
  activity: z.enum(['charging', 'parking']),
});
export type MeteredPeriodValue = z.infer<typeof meteredPeriod>;

export const utcOffset = z.strictObject({ from: instantString, offsetSeconds: z.int() });

/** A rated line as `libs/rating` writes it: figures are strings, `periods` are its evidence. */
export const ratedLine = z.looseObject({
  description: z.string(),
  component: z.enum([
    'ENERGY',
    'FLAT',
    'PARKING_TIME',
    'TIME',
    'MIN_PRICE',
    'MAX_PRICE',
    'CREDIT_LIMIT',
  ]),
  quantity: decimalString,
  unit: z.enum(['kWh', 'h', 'session']),
  unitPrice: decimalString,
  amount: decimalString,
});
export const taxLine = z.strictObject({
  name: z.string(),
  /** absent on the tax of a minimum or maximum price, which follows from the limit */
  percentage: decimalString.optional(),
  base: decimalString,
  amount: decimalString,
});

/** Figures of one rating: lines sum to `totalExclTax`; tax once per tax category. */
export const ratedFigures = {
  currency: currencyCode,
  lines: z.array(ratedLine),
  taxes: z.array(taxLine),
  totalExclTax: decimalString,
  tax: decimalString,
  totalInclTax: decimalString,
};

/** What the visited utility metered, as its AAA hands it to settlement; every figure traceable. */
export const chargeRecord = z.strictObject({
  sessionId: uuid,
  transactionId: identifier,
  homeUtility: utilitySlug,
  visitedUtility: utilitySlug,
  pseudonym: identifier,
  authorizedBy,
  customerClass,
  stationClass,
  stationId,
  connectorId,
  stationRecordHash: hashHex,
  /** as the station's record says, so that either utility can show where it was */
  location: stationLocation.exactOptional(),
  plug: plug.exactOptional(),
  evsePowerW: integerString,
  provider: identifier,
  providerSharePercentage: decimalString,
  mandate: signedMandate,
  agreedTariffHash: hashHex,
  quote: signedQuote,
  consent: signedConsent,
  startAt: instantString,
  endAt: instantString,
  stopReason: z.string().max(40),
  meter: z.strictObject({
    startWh: decimalString,
    stopWh: decimalString,
    meterSerial: z.string().nullable(),
    signedData: z
      .strictObject({
        format: z.string(),
        start: z.string().nullable(),
        stop: z.string().nullable(),
      })
      .nullable(),
    /** the meter's key as visited registered it; absent where it has none */
    registration: signedMeterRegistration.exactOptional(),
  }),
  periods: z.array(meteredPeriod),
  timeZone: z.string(),
  timeZoneVersion: z.string(),
  utcOffsets: z.array(utcOffset).min(1),
  /** energy delivered beyond a prepaid credit; rated wholesale, not retail */
  unbilledEnergyKwh: decimalString,
  flags: z.array(z.string().max(40)),
});
export type ChargeRecord = z.infer<typeof chargeRecord>;

/** The splits of a wholesale amount (DESIGN §10.4); the provider's share stands on no invoice. */
export const cdrPayable = z.strictObject({
  base: decimalString,
  commission: decimalString,
  commissionTax: decimalString,
  /** what visited bears of the exchange into the driver's currency; absent where it bears nothing */
  fxSpread: decimalString.exactOptional(),
  payable: decimalString.describe('totalInclTax − commission − commissionTax − fxSpread'),
});

/**
 * Charge detail record, signed by the visited utility's settlement: all that entitles it and all
 * that re-rates it. `tariff` is what was rated, the one inside `agreedTariff`; `lines` are its rating.
 */
export const cdrDocument = z.strictObject({
  type: z.literal('cdr'),
  schemaVersion: z.literal(1),
  cdrId: uuid,
  sequence: z.int().min(1).describe('gap-free per (visited, home)'),
  salt: hashHex,
  issuedAt: instantString,
  agreementId: identifier.nullable(),
  agreementHash: hashHex.nullable(),
  /** as both crps signed it; `tariff` is the one inside, canonically equal */
  agreedTariff: signedAgreedTariff,
  tariff: tariffSchema,
  rounding: z.enum(['halfUp', 'halfEven', 'up', 'down']),
  energyKwh: decimalString,
  /** the load bands in force over the session; absent where the agreed tariff cites no load signal */
  loadBands: z.array(loadBandSpan).exactOptional(),
  ...chargeRecord.omit({ provider: true, providerSharePercentage: true, agreedTariffHash: true })
    .shape,
  ...ratedFigures,
  settlement: cdrPayable,
});
export type CdrDocument = z.infer<typeof cdrDocument>;
export const signedCdr = signed(cdrDocument);
export type SignedCdr = z.infer<typeof signedCdr>;
