import { z } from 'zod';
import { defineContract } from '../../contract.js';
import { currencyCode, decimalString, identifier, nothing } from '../../values.js';

/** Up to which amount one person may credit a driver; a version, which a second person puts in force. */
export const approvalLimit = z.strictObject({
  currency: currencyCode,
  version: z.int().min(1),
  onePersonUpTo: decimalString,
  state: z.enum(['proposed', 'inForce', 'replaced']),
  proposedBy: identifier,
  /** null until a second person agreed */
  approvedBy: identifier.nullable(),
});
export type ApprovalLimit = z.infer<typeof approvalLimit>;

export const proposeApprovalLimit = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'proposeApprovalLimit',
  version: 1,
  summary: 'Staff proposes up to which amount one person may credit a driver.',
  senders: ['portal'],
  scope: 'own',
  request: approvalLimit.pick({ currency: true, onePersonUpTo: true }).extend({ by: identifier }),
  reply: approvalLimit,
});

export const approveApprovalLimit = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'approveApprovalLimit',
  version: 1,
  summary: 'A second person puts a limit on credits in force.',
  senders: ['portal'],
  scope: 'own',
  request: approvalLimit.pick({ currency: true, version: true }).extend({ by: identifier }),
  reply: approvalLimit,
});

export const readApprovalLimits = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'readApprovalLimits',
  version: 1,
  summary: 'The limits on credits, newest versions first.',
  senders: ['portal'],
  scope: 'own',
  request: nothing,
  reply: z.strictObject({ items: z.array(approvalLimit) }),
});
