import { CURRENCY_CODES, parseInstant } from '@roamgrid/kernel';
import { z } from 'zod';

/** The JSON-safe values that messages and documents are made of. */

export const decimalString = z
  .string()
  .regex(/^-?\d{1,24}(\.\d{1,9})?$/, 'a plain decimal string')
  .describe('decimal string, never a float');
export const integerString = z.string().regex(/^-?\d{1,24}$/, 'an integer string');
export const instantString = z
  .string()
  .refine((text) => {
    try {
      parseInstant(text);
      return true;
    } catch {
      return false;
    }
  }, 'an RFC 3339 date-time that exists')
  .describe('ISO 8601 instant');
export const utilitySlug = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
  .max(48);
export const stationId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,47}$/);
export const uuid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
export const identifier = z.string().min(1).max(64);
export const hashHex = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('lower-case hex SHA-256');
export const currencyCode = z.enum(CURRENCY_CODES);
export const connectorId = z.int().min(1).max(99);

export const moneyValue = z.strictObject({ currency: currencyCode, amount: decimalString });

export const customerClass = z.enum(['residential', 'commercial']);
export const stationClass = z.enum(['AC', 'DC']);
export const assurance = z.enum(['claimed', 'possession', 'knowledge']);
export const tier = z.enum(['none', 'Gold', 'Diamond', 'Platinum']);
/** `debit` is charged at once when a session has ended, `creditCard` is authorized before it. */
export const paymentMode = z.enum(['postPaid', 'prepaid', 'debit', 'creditCard']);
export type PaymentMode = z.infer<typeof paymentMode>;
/** A payment provider's token for a card or an account: never a card number. */
export const paymentMethod = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{2,63}$/);
export const authorizedBy = z.enum(['home', 'visitingProfile', 'offlineRule']);
export const consentChannel = z.enum(['station', 'ocpp', 'preAgreed']);
export const medium = z.enum([
  'rfid',
  'nfc',
  'chip',
  'scanner',
  'dial',
  'ocr',
  'voice',
  'app',
  'plugAndCharge',
]);
/** What is charged at the connector; a swapped battery is charged on its own, see docs/decisions. */
export const sessionKind = z.enum(['vehicle', 'mobileCharger', 'swappedBattery']);
export type SessionKind = z.infer<typeof sessionKind>;
export type Medium = z.infer<typeof medium>;
export type Assurance = z.infer<typeof assurance>;
export type CustomerClass = z.infer<typeof customerClass>;
export type StationClass = z.infer<typeof stationClass>;

export const taxRate = z.strictObject({
  name: z.string().min(1).max(40),
  percentage: decimalString,
});

/** Why a swipe may not charge (INTERFACE §4). */
export const refusalReason = z.enum([
  'cin_malformed',
  'home_unknown',
  'home_unreachable',
  'no_agreement',
  'credential_rejected',
  'consumer_blocked',
  'credit_exhausted',
  'concurrent_session',
  'connector_occupied',
  'tariff_unavailable',
  'negotiation_failed',
]);
export type RefusalReason = z.infer<typeof refusalReason>;

/** Who the driver says to be: a CIN, a contract id, or a card's UID. Values are canonical. */
export const identity = z.strictObject({
  kind: z.enum(['cin', 'contractId', 'uid']),
  value: z.string().min(1).max(64),
});
export type Identity = z.infer<typeof identity>;

/** A document with its content hash (RFC 8785, SHA-256) and its signer's detached JWS. */
export function signed<Document extends z.ZodType>(document: Document) {
  return z.strictObject({ document, documentHash: hashHex, signature: z.string() });
}

/** A document that both utilities sign. */
export function cosigned<Document extends z.ZodType>(document: Document) {
  return z.strictObject({
    document,
    documentHash: hashHex,
    signatures: z.array(z.strictObject({ utility: utilitySlug, signature: z.string() })),
  });
}

/** The raw frame or request behind a message, redacted, as the wire log keeps it. */
export const wireFrame = z.strictObject({
  protocol: z.enum(['http', 'ocpp1.6', 'ocpp2.0.1']),
  messageId: z.string().max(64).nullable(),
  action: z.string().max(64).nullable(),
  receivedAt: instantString,
  raw: z.string().max(70_000),
});
export type WireFrame = z.infer<typeof wireFrame>;

export const nothing = z.strictObject({});

/** Whose deliveries are waited for; `reachable`: one's own utility and partners that refuse nothing just now. */
export const drainRequest = z.strictObject({
  recipients: z.enum(['everyone', 'reachable']).default('everyone'),
});
export type DrainRequest = z.infer<typeof drainRequest>;
