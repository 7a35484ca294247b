/** how many lines are taken at a time: what waits for the database then commits together */
const MOST_AT_ONCE = 8;

/**
 * Lets several lines be taken at a time, those of one key one after another in the order of the file. What fails
 * stops the rest.
 */
export class RowLanes {
  readonly #inFlight = new Set<Promise<void>>();
  readonly #lastOf = new Map<string, Promise<void>>();
  #failed: { readonly error: unknown } | null = null;

  /** Begins as soon as there is room. @throws what an earlier line failed with */
  async begin(key: string, work: () => Promise<void>): Promise<void> {
    while (this.#inFlight.size >= MOST_AT_ONCE) await Promise.race(this.#inFlight);
    this.#assertSound();
    const turn = (this.#lastOf.get(key) ?? Promise.resolve())
      .then(() => (this.#failed === null ? work() : undefined))
      .catch((error: unknown) => {
        this.#failed ??= { error };
      })
      .finally(() => {
        this.#inFlight.delete(turn);
        if (this.#lastOf.get(key) === turn) this.#lastOf.delete(key);
      });
    this.#inFlight.add(turn);
    this.#lastOf.set(key, turn);
  }

  /** Waits for all that was begun. @throws what a line failed with */
  async end(): Promise<void> {
    await Promise.all(this.#inFlight);
    this.#assertSound();
  }

  #assertSound(): void {
    if (this.#failed !== null) throw this.#failed.error;
  }
}
