/**
 * Lets what is done for one key happen in turn. Only within this process: where several serve a utility,
 * uniqueness still comes from the database, and the loser of a race is refused.
 */
export class OneAtATime {
  readonly #last = new Map<string, Promise<unknown>>();

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    // whether the one before failed is the matter of whoever asked for it
    const turn = before.then(work, work);
    this.#last.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.#last.get(key) === turn) this.#last.delete(key);
    }
  }
}
