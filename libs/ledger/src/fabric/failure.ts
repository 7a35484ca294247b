import { status as grpc } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { LedgerError, readRefusal, type LedgerErrorCode } from '../ledger-error.js';

const CONTRACT_REFUSAL = /chaincode response \d+, (\{.*\})/s;
const TOO_LARGE = /larger than max/;

/** What a gRPC code says before anything was sent to the orderer. What is not here may be tried again. */
const FINAL_CODES: ReadonlyMap<number, LedgerErrorCode> = new Map([
  [grpc.INVALID_ARGUMENT, 'malformed_request'],
  [grpc.PERMISSION_DENIED, 'forbidden'],
  [grpc.UNAUTHENTICATED, 'forbidden'],
]);

/** The contract's own refusal, which stands in the details of the peers that did not endorse. */
function refusalIn(error: GatewayError): LedgerError | null {
  for (const text of [...error.details.map(({ message }) => message), error.message]) {
    const json = CONTRACT_REFUSAL.exec(text)?.[1];
    const refusal = json === undefined ? null : readRefusal(json);
    if (refusal !== null) return refusal;
  }
  return null;
}

function told(error: GatewayError): string {
  const details = error.details.map(({ mspId, message }) => `${mspId}: ${message}`);
  return [error.message, ...details].join('; ');
}

/**
 * What a failure before the orderer has anything means for who submitted or read: nothing was recorded. Codes
 * 1 and 4 (cancelled, deadline) are alike.
 *
 * @returns a LedgerError for every failure of the network; a defect of the program as it is
 */
export function failureOf(error: unknown): unknown {
  if (error instanceof LedgerError || !(error instanceof GatewayError)) return error;
  const refusal = refusalIn(error);
  if (refusal !== null) return refusal;
  const code = TOO_LARGE.test(told(error))
    ? 'malformed_request'
    : (FINAL_CODES.get(error.code) ?? 'ledger_unavailable');
  return new LedgerError(code, told(error), { cause: error });
}

/** Once an endorsed transaction has gone to the orderer, only a commit status says what became of it. */
export function unknownOutcome(error: unknown): unknown {
  return error instanceof GatewayError
    ? new LedgerError('ledger_outcome_unknown', told(error), { cause: error })
    : error;
}
