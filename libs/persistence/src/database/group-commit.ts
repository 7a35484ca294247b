import { isRefusal } from './query-error.js';

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

export interface GroupCommitOptions<Item, Result> {
  /** Commits all of them or none. @returns what became of each, in their order */
  readonly commit: (items: readonly Item[]) => Promise<readonly Result[]>;
}

/** While one group is written the next one is prepared; more lanes than this only fight for the disk. */
const LANES = 2;
/** more than this makes a commit no faster, only longer to wait for */
const MOST_ITEMS = 256;
const HASH_STEP = 31;

/**
 * Commits in groups: what arrives while one commit runs goes into the next, so that many share the disk's
 * one flush. Each caller waits for the commit that holds its own item. Items with the same key keep their
 * order, since they always take the same lane.
 */
export class GroupCommit<Item, Result> {
  readonly #lanes: readonly Lane<Item, Result>[];

  constructor(options: GroupCommitOptions<Item, Result>) {
    this.#lanes = Array.from({ length: LANES }, () => new Lane(options));
  }

  submit(key: string, item: Item): Promise<Result> {
    const lane = this.#lanes[placeOf(key)];
    if (lane === undefined) throw new RangeError('a key has no lane');
    return lane.submit(item);
  }
}

function placeOf(key: string): number {
  let hash = 0;
  for (let index = 0; index < key.length; index += 1) {
    hash = (hash * HASH_STEP + key.charCodeAt(index)) >>> 0;
  }
  return hash % LANES;
}

class Lane<Item, Result> {
  readonly #options: GroupCommitOptions<Item, Result>;
  #waiting: Waiting<Item, Result>[] = [];
  #isWriting = false;

  constructor(options: GroupCommitOptions<Item, Result>) {
    this.#options = options;
  }

  submit(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (this.#isWriting) return;
      this.#isWriting = true;
      // those who call in the same turn go together
      setImmediate(() => void this.#write());
    });
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.slice(0, MOST_ITEMS);
      this.#waiting = this.#waiting.slice(MOST_ITEMS);
      await this.#commit(group);
    }
    this.#isWriting = false;
  }

  async #commit(group: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#options.commit(group.map(({ item }) => item));
      for (const [place, result] of results.entries()) group[place]?.resolve(result);
    } catch (error) {
      await this.#fail(group, error);
    }
  }

  /** One that cannot be written must not keep the others out; without a database nobody is tried again. */
  async #fail(group: readonly Waiting<Item, Result>[], error: unknown): Promise<void> {
    if (group.length > 1 && isRefusal(error)) {
      for (const one of group) await this.#commit([one]);
      return;
    }
    for (const { reject } of group) reject(error);
  }
}
