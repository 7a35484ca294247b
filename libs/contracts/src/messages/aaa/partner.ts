import { z } from 'zod';
import { defineContract } from '../../contract.js';
import { decimalString, identifier, nothing, utilitySlug, uuid } from '../../values.js';

/** The latest one holds. `suspended`: no first visit of the partner's drivers is asked for any more. */
export const notePartnerStanding = defineContract({
  kind: 'event',
  service: 'aaa',
  name: 'notePartnerStanding',
  version: 1,
  summary: "Settlement tells AAA whether a partner's debt allows its drivers first visits.",
  senders: ['settlement'],
  scope: 'own',
  request: z.strictObject({ partner: utilitySlug, standing: z.enum(['served', 'suspended']) }),
  reply: nothing,
});

/** What a charge took of its mandate: billed energy, and money incl. tax in the currency of the mandate's cap. */
const mandateUse = z.strictObject({ energyKwh: decimalString, amount: decimalString });

/** A CDR is taken back once: by the credit's id the same message again changes nothing. */
export const correctMandateUse = defineContract({
  kind: 'event',
  service: 'aaa',
  name: 'correctMandateUse',
  version: 1,
  summary: 'Settlement tells AAA that a charge took another part of its mandate than was booked.',
  senders: ['settlement'],
  scope: 'own',
  request: z.strictObject({
    cdrCreditId: uuid,
    sessionId: uuid,
    mandateId: identifier,
    takenBack: mandateUse,
    /** zero where nothing stands in the place of the CDR */
    replacedBy: mandateUse,
  }),
  reply: nothing,
});
