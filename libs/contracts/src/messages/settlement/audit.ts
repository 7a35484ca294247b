import { z } from 'zod';
import { defineContract } from '../../contract.js';
import { endedCharge, replayedCharge } from '../aaa/audit.js';
import { auditReport } from './bill.js';

export const matchCharges = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'matchCharges',
  version: 1,
  summary: "Checks that AAA's ended charges stand in these books, with their energy and tariff.",
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ charges: z.array(endedCharge).max(500) }),
  reply: auditReport,
});

export const matchReplays = defineContract({
  kind: 'command',
  service: 'settlement',
  name: 'matchReplays',
  version: 1,
  summary: 'Makes the CDRs of replayed charges once more and compares them byte by byte.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ charges: z.array(replayedCharge).max(50) }),
  reply: auditReport,
});
