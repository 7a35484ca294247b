import { RoamgridError } from '@roamgrid/kernel';
import type { ErrorCode } from '@roamgrid/kernel';

/** The codes a ledger answers with. `next` of each says what a poster does about it. */
export const LEDGER_ERROR_CODES = [
  'ledger_conflict',
  'ledger_unavailable',
  'ledger_outcome_unknown',
  'state_conflict',
  'forbidden',
  'not_built',
  'invalid_proof',
  'unprocessable',
  'malformed_request',
] as const satisfies readonly ErrorCode[];

export type LedgerErrorCode = (typeof LEDGER_ERROR_CODES)[number];

/**
 * A submission or a read failed. `next` is `retrySame` (nothing was recorded), `giveUp` (the contract
 * refuses, now and later) or `unknownOutcome` (look up by business key before anything else).
 */
export class LedgerError extends RoamgridError {
  constructor(code: LedgerErrorCode, detail: string, options: { readonly cause?: unknown } = {}) {
    super(code, detail);
    this.name = 'LedgerError';
    if (options.cause !== undefined) this.cause = options.cause;
  }
}

/**
 * Reads the message of an error that the contract threw: canonical JSON `{"code","detail"}`. Null where
 * it is none, which means that the contract did not refuse but failed.
 */
export function readRefusal(message: string): LedgerError | null {
  const refusal = parseRefusal(message);
  if (refusal === null) return null;
  const code = LEDGER_ERROR_CODES.find((known) => known === refusal.code);
  return code === undefined ? null : new LedgerError(code, refusal.detail);
}

function parseRefusal(message: string): { code: string; detail: string } | null {
  if (!message.startsWith('{')) return null;
  try {
    const parsed: unknown = JSON.parse(message);
    if (typeof parsed !== 'object' || parsed === null) return null;
    const { code, detail } = parsed as { code?: unknown; detail?: unknown };
    return typeof code === 'string' && typeof detail === 'string' ? { code, detail } : null;
  } catch {
    // Not JSON, so not a refusal: the caller treats the error as a failure.
    return null;
  }
}
