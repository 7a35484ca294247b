import type pg from 'pg';
import type { Database } from '../database/database.js';
import { toQueryError } from '../database/query-error.js';

/** 'outb' in ASCII, above the table's oid in the lock's key */
const LOCK_SPACE = 0x6f757462;
const RETRY_MS = 1_000;

export interface LeadershipOptions {
  readonly database: Database;
  readonly onGained: () => void;
  readonly onLost: () => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Of all relays over one outbox, one delivers at a time: the one that holds a session lock on a
 * connection of its own. The server frees the lock the moment that process is gone, so another
 * takes over at once, and nothing has to be claimed row by row or waits for a lease to run out.
 */
export class Leadership {
  readonly #options: LeadershipOptions;
  #client: pg.Client | undefined;
  #isHeld = false;
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;
  #attempt: Promise<void> = Promise.resolve();

  constructor(options: LeadershipOptions) {
    this.#options = options;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Resolves after the first try, whether it won or not; tries on in the background. */
  async start(): Promise<void> {
    this.#isStopped = false;
    await this.#try();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#attempt;
    await this.#drop();
  }

  #try(): Promise<void> {
    this.#attempt = this.#acquire().catch(async (error: unknown) => {
      this.#options.onError(toQueryError(error));
      await this.#drop();
    });
    return this.#attempt.then(() => {
      if (!this.#isHeld) this.#tryLater();
    });
  }

  #tryLater(): void {
    if (this.#isStopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#try(), RETRY_MS);
  }

  async #acquire(): Promise<void> {
    this.#client ??= await this.#connect();
    const client = this.#client;
    const result = await client.query<{ won: boolean }>(
      `SELECT pg_try_advisory_lock(($1::bigint << 32) | 'outbox'::regclass::oid::bigint) AS won`,
      [LOCK_SPACE],
    );
    if (result.rows[0]?.won !== true || this.#client !== client) return;
    this.#isHeld = true;
    if (!this.#isStopped) this.#options.onGained();
  }

  async #connect(): Promise<pg.Client> {
    const client = await this.#options.database.dedicatedConnection('outbox relay');
    const onBroken = (): void => {
      if (this.#client !== client) return;
      this.#client = undefined;
      this.#lose();
      this.#tryLater();
    };
    client.on('error', onBroken);
    client.on('end', onBroken);
    return client;
  }

  async #drop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.#lose();
    // an error here says the connection is gone already, and with it the lock
    await client?.end().catch(() => undefined);
  }

  #lose(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#options.onLost();
  }
}
