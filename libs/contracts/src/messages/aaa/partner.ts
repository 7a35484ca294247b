import { z } from 'zod';
import { defineContract } from '../../contract.js';
import { nothing, utilitySlug } from '../../values.js';

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
