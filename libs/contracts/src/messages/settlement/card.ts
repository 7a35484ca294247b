import { z } from 'zod';
import { defineContract } from '../../contract.js';
import {
  currencyCode,
  decimalString,
  identifier,
  paymentMethod,
  refusalReason,
} from '../../values.js';

/**
 * Authorizes a card for a mandate's money cap. Idempotent by the mandate's id. Where the provider does not
 * answer in time it is refused, and given back as soon as it is known; `releaseCredit` gives back any other.
 */
export const authorizeCard = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'authorizeCard',
  version: 1,
  summary: "Authorizes a driver's card for a mandate's cap when it is issued.",
  senders: ['profiles'],
  scope: 'own',
  request: z.strictObject({
    mandateId: identifier,
    consumerId: identifier,
    paymentMethod,
    currency: currencyCode,
    amount: decimalString,
  }),
  reply: z.discriminatedUnion('decision', [
    z.strictObject({ decision: z.literal('authorized'), amount: decimalString }),
    z.strictObject({ decision: z.literal('refused'), reason: refusalReason }),
  ]),
});
