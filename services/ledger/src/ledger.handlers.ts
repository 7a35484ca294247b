import { Controller, Inject } from '@nestjs/common';
import {
  listRecords,
  readHeight,
  readRecord,
  submitTransaction,
  verifyChain,
  type ReplyOf,
  type RequestOf,
} from '@roamgrid/contracts';
import type { LedgerAnswers } from '@roamgrid/ledger';
import { Handles } from '@roamgrid/messaging';

export const LEDGER_ANSWERS = Symbol('LedgerAnswers');

/** What one utility's settlement asks of the ledger. */
@Controller()
export class LedgerHandlers {
  readonly #answers: LedgerAnswers;

  constructor(@Inject(LEDGER_ANSWERS) answers: LedgerAnswers) {
    this.#answers = answers;
  }

  @Handles(submitTransaction)
  submitTransaction(
    request: RequestOf<typeof submitTransaction>,
  ): Promise<ReplyOf<typeof submitTransaction>> {
    return this.#answers.submit(request);
  }

  @Handles(readRecord)
  readRecord(request: RequestOf<typeof readRecord>): Promise<ReplyOf<typeof readRecord>> {
    return this.#answers.read(request);
  }

  @Handles(listRecords)
  listRecords(request: RequestOf<typeof listRecords>): Promise<ReplyOf<typeof listRecords>> {
    return this.#answers.list(request);
  }

  @Handles(readHeight)
  readHeight(): Promise<ReplyOf<typeof readHeight>> {
    return this.#answers.height();
  }

  @Handles(verifyChain)
  verifyChain(): Promise<ReplyOf<typeof verifyChain>> {
    return this.#answers.verifyChain();
  }
}
