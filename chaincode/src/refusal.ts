import { canonicalText } from './canonical.js';
import { RoamgridError } from './pure.js';

/** Why the contract refuses. The same words as in the gateway's table of errors. */
export type RefusalCode =
  | 'malformed_request'
  | 'forbidden'
  | 'ledger_conflict'
  | 'state_conflict'
  | 'invalid_proof'
  | 'unprocessable'
  | 'not_built';

/** An error whose message a client can read: canonical JSON `{"code","detail"}`. */
export class Refusal extends Error {
  constructor(code: RefusalCode, detail: string) {
    super(canonicalText({ code, detail }));
    this.name = 'Refusal';
  }
}

/** Turns what a pure library refused into a refusal; anything else stays the failure it is. */
export function asRefusal(error: unknown): unknown {
  if (!(error instanceof RoamgridError)) return error;
  const code = error.code.startsWith('malformed_') ? 'malformed_request' : 'unprocessable';
  return new Refusal(code, error.message);
}
