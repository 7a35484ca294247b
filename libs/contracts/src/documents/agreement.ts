import { z } from 'zod';
import {
  cosigned,
  currencyCode,
  decimalString,
  hashHex,
  identifier,
  instantString,
  signed,
  taxRate,
  tier,
  utilitySlug,
} from '../values.js';

const mandateLimit = z.strictObject({ energyKwh: decimalString, amount: decimalString });

/** A tariff by its immutable identity: id, version and document hash. */
export const tariffReference = z.strictObject({
  tariffId: identifier,
  version: z.int().min(1),
  hash: hashHex,
});
export type TariffReference = z.infer<typeof tariffReference>;

/** What holds when `visitedUtility` serves `homeUtility`'s consumers. Amounts in `currency`. */
export const agreementTerms = z.strictObject({
  visitedUtility: utilitySlug,
  homeUtility: utilitySlug,
  currency: currencyCode,
  priceFloorPerKwh: decimalString,
  priceCapPerKwh: decimalString,
  /** the visited utility's wholesale tariffs that apply when a negotiation reaches its deadline */
  defaultTariffs: z.array(
    z.strictObject({
      customerClass: z.enum(['residential', 'commercial']),
      stationClass: z.enum(['AC', 'DC']),
      tariff: tariffReference,
    }),
  ),
  negotiation: z.strictObject({
    rounds: z.int().min(1).max(50),
    deadlineSeconds: z.int().min(1).max(60),
    gridStepPerKwh: decimalString,
    bargained: z.array(z.enum(['ENERGY'])),
    agreedTariffValidityHours: z.int().min(1),
  }),
  supplyModel: z.enum(['homeResells', 'homeCollectsAsAgent']),
  taxes: z.array(taxRate),
  commissionPercentage: decimalString,
  commissionTaxes: z.array(taxRate),
  rounding: z.enum(['halfUp', 'halfEven', 'up', 'down']),
  fx: z.strictObject({
    fixedWhen: z.enum(['retailTariff']),
    source: z.string().max(80),
    greatestAgeHours: z.int().min(1),
    spreadPercentage: decimalString,
    spreadBorneBy: z.enum(['driver', 'home', 'visited']),
  }),
  mandateLimits: z.strictObject({
    claimed: mandateLimit,
    possession: mandateLimit,
    knowledge: mandateLimit,
  }),
  mandateValidityHours: z.int().min(1),
  /** a charge of which nothing was heard for so long, and whose mandate ran out, holds no credit; absent: 72 */
  silentChargeHours: z.int().min(1).max(720).optional(),
  offlineRule: z.strictObject({
    kind: z.enum(['deny', 'directoryEntry']),
    energyKwh: decimalString,
    amount: decimalString,
    greatestAgeHours: z.int().min(0),
  }),
  beyondCreditBorneBy: z.enum(['home', 'visited']),
  unsignedEnergyBorneBy: z.enum(['home', 'visited']),
  lateRevocationBorneBy: z.enum(['home', 'visited']),
  /** who goes first where a site has less power than its drivers ask for; a tier that is not named is 0 */
  chargingPriorities: z
    .array(
      z.strictObject({
        tier,
        priority: z.int().min(-9).max(9).describe("OCPP's `chargingPriority`"),
        /** of the site's power at most, while others wait for it */
        powerSharePercentage: decimalString.exactOptional(),
      }),
    )
    .max(4)
    .exactOptional(),
});
export type AgreementTerms = z.infer<typeof agreementTerms>;

export const agreementDocument = z.strictObject({
  type: z.literal('agreement'),
  schemaVersion: z.literal(1),
  agreementId: identifier,
  version: z.int().min(1),
  parties: z.tuple([utilitySlug, utilitySlug]).describe('in alphabetical order'),
  notBefore: instantString,
  notAfter: instantString,
  billingPeriod: z.enum(['month']),
  billingTimeZone: z.string(),
  paymentTermDays: z.int().min(0),
  disputeWindowDays: z.int().min(0),
  silenceMeans: z.enum(['acceptance', 'dispute']),
  lateCdrLimitDays: z.int().min(0),
  terms: z.array(agreementTerms).min(1).max(2),
});
export type AgreementDocument = z.infer<typeof agreementDocument>;
/** What either party says of an agreement that both have signed; it holds from `at` on. */
export const agreementNoticeDocument = z.strictObject({
  type: z.literal('agreementNotice'),
  schemaVersion: z.literal(1),
  noticeId: identifier,
  agreementId: identifier,
  action: z.enum(['suspend', 'resume', 'end', 'withdraw']),
  by: utilitySlug,
  reason: z.string().min(1).max(300),
  at: instantString,
  issuedAt: instantString,
});
export type AgreementNoticeDocument = z.infer<typeof agreementNoticeDocument>;
export const signedAgreementNotice = signed(agreementNoticeDocument);
export type SignedAgreementNotice = z.infer<typeof signedAgreementNotice>;

export const signedAgreement = cosigned(agreementDocument);
export type SignedAgreement = z.infer<typeof signedAgreement>;
