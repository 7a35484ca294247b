import { createHash } from 'node:crypto';
import { readBankStatement, type BankStatementView } from '@roamgrid/contracts';
import { readCamtStatement } from '../bank/camt-statement.js';
import { readCsvStatement } from '../bank/csv-statement.js';
import type { Portal } from '../ports.js';

/** thousands of movements are matched one by one */
const MATCHING_TIMEOUT_MS = 60_000;

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Reads a bank's file and has it matched.
 *
 * @throws RoamgridError `malformed_request` for a file that cannot be read; what settlement refuses with
 */
export function readStatementText(
  portal: Portal,
  { text, format }: { readonly text: string; readonly format: 'xml' | 'csv' },
  by: string,
): Promise<BankStatementView> {
  const statement = format === 'xml' ? readCamtStatement(text) : readCsvStatement(text);
  const request = { statement, contentHash: hashOf(text), by };
  const options = { timeoutMs: MATCHING_TIMEOUT_MS };
  return portal.bus.request(readBankStatement, portal.utility, request, options);
}
