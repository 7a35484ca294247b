interface Slot {
  timer: NodeJS.Timeout | null;
  next: (() => Promise<void>) | null;
}

/** Runs work at most once per interval and subject; of what comes in between, only the last. */
export class Pacer {
  readonly #intervalMs: number;
  readonly #onError: (error: unknown) => void;
  readonly #slots = new Map<string, Slot>();

  constructor(intervalMs: number, onError: (error: unknown) => void) {
    this.#intervalMs = intervalMs;
    this.#onError = onError;
  }

  run(subject: string, work: () => Promise<void>): void {
    const slot = this.#slots.get(subject);
    if (slot !== undefined) {
      slot.next = work;
      return;
    }
    const fresh: Slot = { timer: null, next: null };
    this.#slots.set(subject, fresh);
    this.#start(subject, fresh, work);
  }

  forget(subject: string): void {
    const timer = this.#slots.get(subject)?.timer ?? null;
    if (timer !== null) clearTimeout(timer);
    this.#slots.delete(subject);
  }

  forgetAll(): void {
    for (const subject of [...this.#slots.keys()]) this.forget(subject);
  }

  #start(subject: string, slot: Slot, work: () => Promise<void>): void {
    work().catch(this.#onError);
    slot.timer = setTimeout(() => {
      const { next } = slot;
      slot.next = null;
      if (next === null) this.#slots.delete(subject);
      else this.#start(subject, slot, next);
    }, this.#intervalMs);
  }
}
