import {
  listRecords,
  readHeight,
  readRecord,
  submitTransaction,
  verifyChain,
} from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { Bus } from '@roamgrid/messaging';
import type { ChainVerdict } from '../chain-verdict.js';
import { LEDGER_ERROR_CODES, LedgerError, type LedgerErrorCode } from '../ledger-error.js';
import type {
  LedgerPort,
  LedgerReceipt,
  LedgerRecord,
  LedgerTransaction,
  ListedRecord,
} from '../port.js';

export interface BusLedgerOptions {
  /** closed by whoever opened it */
  readonly bus: Bus;
  /** slug of the one utility that speaks here; the ledger knows it by the address that is asked */
  readonly utility: string;
}

/** Verifying an invoice re-rates each of its CDRs. */
const SUBMIT_TIMEOUT_MS = 30_000;
/** A chain of years is read from its beginning. */
const VERIFY_TIMEOUT_MS = 600_000;

/** A ledger in another process, asked over the bus. Speaks for its own utility and for nobody else. */
export class BusLedger implements LedgerPort {
  readonly #bus: Bus;
  readonly #utility: string;

  constructor({ bus, utility }: BusLedgerOptions) {
    this.#bus = bus;
    this.#utility = utility;
  }

  async submit(transaction: LedgerTransaction): Promise<LedgerReceipt> {
    const { name, caller, businessKey, documentHash, argument, transient } = transaction;
    this.#assertOwn(caller);
    const request = { name, businessKey, documentHash, argument, transient: transient ?? null };
    try {
      return await this.#bus.request(
        submitTransaction,
        this.#utility,
        submitTransaction.request.parse(request),
        { timeoutMs: SUBMIT_TIMEOUT_MS },
      );
    } catch (error) {
      // it may have been recorded, and only the answer be lost
      throw ledgerErrorOf(error, 'ledger_outcome_unknown');
    }
  }

  async read(caller: string, businessKey: string): Promise<LedgerRecord | null> {
    this.#assertOwn(caller);
    try {
      const { record } = await this.#bus.request(readRecord, this.#utility, { businessKey });
      return record;
    } catch (error) {
      throw ledgerErrorOf(error, 'ledger_unavailable');
    }
  }

  async listRecords(
    caller: string,
    after: string | null,
    limit: number,
  ): Promise<readonly ListedRecord[] | null> {
    this.#assertOwn(caller);
    try {
      return (await this.#bus.request(listRecords, this.#utility, { after, limit })).records;
    } catch (error) {
      throw ledgerErrorOf(error, 'ledger_unavailable');
    }
  }

  async height(): Promise<bigint> {
    try {
      const { height } = await this.#bus.request(readHeight, this.#utility, {});
      return BigInt(height);
    } catch (error) {
      throw ledgerErrorOf(error, 'ledger_unavailable');
    }
  }

  async verifyChain(): Promise<ChainVerdict | null> {
    try {
      const timeout = { timeoutMs: VERIFY_TIMEOUT_MS };
      const { verdict } = await this.#bus.request(verifyChain, this.#utility, {}, timeout);
      if (verdict === null) return null;
      return verdict.intact
        ? { ...verdict, height: BigInt(verdict.height) }
        : { ...verdict, blockNumber: BigInt(verdict.blockNumber) };
    } catch (error) {
      throw ledgerErrorOf(error, 'ledger_unavailable');
    }
  }

  close(): Promise<void> {
    // the bus is not ours to close
    return Promise.resolve();
  }

  #assertOwn(caller: string): void {
    if (caller === this.#utility) return;
    throw new LedgerError('forbidden', `${this.#utility} does not speak for ${caller}`);
  }
}

/** The ledger's own refusal as it was; what the bus says about itself as `otherwise`. */
function ledgerErrorOf(error: unknown, otherwise: LedgerErrorCode): LedgerError {
  if (!(error instanceof RoamgridError)) {
    return new LedgerError('malformed_request', 'no message for the ledger', { cause: error });
  }
  const code = LEDGER_ERROR_CODES.find((known) => known === error.code);
  return new LedgerError(code ?? otherwise, error.message, { cause: error });
}
