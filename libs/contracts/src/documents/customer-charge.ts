import { z } from 'zod';
import {
  currencyCode,
  decimalString,
  identifier,
  instantString,
  signed,
  utilitySlug,
  uuid,
} from '../values.js';
import { billSession } from './bill.js';

/**
 * One item for the utility's own customer billing: what a driver owes for one charge, what a card or account
 * paid of it, or that it is taken back. The items of a charge add up to what is to be collected for it.
 */
export const customerCharge = z.strictObject({
  type: z.literal('customerCharge'),
  schemaVersion: z.literal(1),
  kind: z.enum(['charge', 'chargePayment', 'chargeReversal']),
  /** names the item for ever: `charge:<cdrId>`, `charge:<cdrId>:paid:<order>`, `charge:<cdrId>:reversed` */
  key: identifier,
  homeUtility: utilitySlug,
  consumerId: identifier,
  cdrId: uuid,
  sessionId: uuid,
  currency: currencyCode,
  collect: decimalString.describe('below zero where less is to be collected than before'),
  /** the charge as it will stand on the bill; null on what follows it */
  session: billSession.nullable(),
  issuedAt: instantString,
});
export type CustomerChargeDocument = z.infer<typeof customerCharge>;
export const signedCustomerCharge = signed(customerCharge);
export type SignedCustomerCharge = z.infer<typeof signedCustomerCharge>;
