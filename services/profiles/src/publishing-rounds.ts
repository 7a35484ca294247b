/** longer than any change of a credential takes to commit: what was numbered before is seen by then */
const SETTLED_AFTER_MS = 60_000;
/** even where nothing is known to have changed, all is looked at once in a while */
const ALL_AFTER_MS = 600_000;

interface Round {
  readonly rule: string;
  readonly revision: bigint;
  /** when rule or revision were first seen so */
  readonly sinceMs: number;
  /** of the last look at all */
  readonly lookedAtMs: number;
}

/**
 * Says whether all credentials have to be looked at for what a partner was not told: not again and again where
 * nothing has changed, for a home may have a hundred thousand.
 */
export class PublishingRounds {
  readonly #last = new Map<string, Round>();

  /** @param revision the last number that was given to a change, committed or not */
  isDue(partner: string, rule: string, revision: bigint, nowMs: number): boolean {
    const last = this.#last.get(partner);
    if (last?.rule !== rule || last.revision !== revision) return true;
    return (
      last.lookedAtMs < last.sinceMs + SETTLED_AFTER_MS || nowMs >= last.lookedAtMs + ALL_AFTER_MS
    );
  }

  /** All was looked at, beginning at this instant. */
  note(partner: string, rule: string, revision: bigint, nowMs: number): void {
    const last = this.#last.get(partner);
    const isSame = last?.rule === rule && last.revision === revision;
    const sinceMs = isSame ? last.sinceMs : nowMs;
    this.#last.set(partner, { rule, revision, sinceMs, lookedAtMs: nowMs });
  }
}
