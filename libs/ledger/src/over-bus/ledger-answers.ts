import { listRecords, readRecord } from '@roamgrid/contracts';
import type {
  ReplyOf,
  RequestOf,
  readHeight,
  submitTransaction,
  verifyChain,
} from '@roamgrid/contracts';
import type { LedgerPort } from '../port.js';

/** What a ledger answers to one utility over the bus: the other end of `BusLedger`. */
export class LedgerAnswers {
  readonly #ledger: LedgerPort;
  readonly #caller: string;

  /** @param caller slug of the utility at whose address these answers are given */
  constructor(ledger: LedgerPort, caller: string) {
    this.#ledger = ledger;
    this.#caller = caller;
  }

  /** @throws LedgerError as `LedgerPort.submit` */
  async submit(
    request: RequestOf<typeof submitTransaction>,
  ): Promise<ReplyOf<typeof submitTransaction>> {
    const { name, businessKey, documentHash, argument, transient } = request;
    return this.#ledger.submit({
      name,
      businessKey,
      documentHash,
      argument,
      caller: this.#caller,
      ...(transient === null ? {} : { transient }),
    });
  }

  /** @throws LedgerError as `LedgerPort.read` */
  async read({ businessKey }: RequestOf<typeof readRecord>): Promise<ReplyOf<typeof readRecord>> {
    const record = await this.#ledger.read(this.#caller, businessKey);
    return readRecord.reply.parse({ record });
  }

  /** @throws LedgerError as `LedgerPort.listRecords` */
  async list({
    after,
    limit,
  }: RequestOf<typeof listRecords>): Promise<ReplyOf<typeof listRecords>> {
    const records = (await this.#ledger.listRecords?.(this.#caller, after, limit)) ?? null;
    return listRecords.reply.parse({ records });
  }

  /** @throws LedgerError `ledger_unavailable` */
  async height(): Promise<ReplyOf<typeof readHeight>> {
    return { height: String(await this.#ledger.height()) };
  }

  /** @throws LedgerError `ledger_unavailable` */
  async verifyChain(): Promise<ReplyOf<typeof verifyChain>> {
    const verdict = (await this.#ledger.verifyChain?.()) ?? null;
    if (verdict === null) return { verdict: null };
    return {
      verdict: verdict.intact
        ? { ...verdict, height: String(verdict.height) }
        : { ...verdict, blockNumber: String(verdict.blockNumber) },
    };
  }
}
