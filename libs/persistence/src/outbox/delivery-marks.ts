const RETRY_MS = 1_000;

export interface DeliveryMarksOptions {
  readonly write: (ids: readonly bigint[]) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/**
 * Records deliveries, those that end together in one statement. A delivered message must not be
 * delivered again for want of its mark, so writing is tried until it works or the relay stops.
 */
export class DeliveryMarks {
  readonly #options: DeliveryMarksOptions;
  #waiting: { readonly id: bigint; readonly done: () => void }[] = [];
  #isWriting = false;
  #isStopped = false;
  #wakeRetry: (() => void) | undefined;

  constructor(options: DeliveryMarksOptions) {
    this.#options = options;
  }

  /** Resolves when the mark is committed, or when the relay stopped without being able to write. */
  add(id: bigint): Promise<void> {
    return new Promise((done) => {
      this.#waiting.push({ id, done });
      if (!this.#isWriting) void this.#writeAll();
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#wakeRetry?.();
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      await this.#writeBatch(batch.map((mark) => mark.id));
      for (const mark of batch) mark.done();
    }
    this.#isWriting = false;
  }

  async #writeBatch(ids: readonly bigint[]): Promise<void> {
    for (;;) {
      try {
        await this.#options.write(ids);
        return;
      } catch (error) {
        this.#options.onError(error);
        if (this.#isStopped) return;
      }
      await new Promise<void>((resolve) => {
        this.#wakeRetry = resolve;
        setTimeout(resolve, RETRY_MS);
      });
    }
  }
}
