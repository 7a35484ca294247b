import { RoamgridError } from '@roamgrid/kernel';
import type { QueryRunner } from 'typeorm';
import type { OutboxMessage } from '../outbox/message.js';
import { checkParameters, json } from './parameters.js';
import { toQueryError } from './query-error.js';

const ROLLBACK_TO_SAVEPOINT = /^\s*rollback\s+to\b/i;

/** Measured: with messages of 8 kB fewer are slower by their round trips, more by their size. */
const MESSAGES_A_STATEMENT = 50;

export interface Transaction {
  /** Rows of the statement; of a changing one, those of its RETURNING. */
  query<Row = Record<string, unknown>>(
    sql: string,
    parameters?: readonly unknown[],
  ): Promise<Row[]>;
  /** Leaves with the commit, never without it. */
  enqueue(message: OutboxMessage): Promise<void>;
  /** Several messages in few statements; they keep their order. */
  enqueueAll(messages: readonly OutboxMessage[]): Promise<void>;
}

/** A transaction while its work runs. Statements go one after another, as the connection wants. */
export class OpenTransaction implements Transaction {
  readonly #runner: QueryRunner;
  #last: Promise<unknown> = Promise.resolve();
  #isOver = false;
  #failure: { readonly error: unknown } | undefined;
  #hasEnqueued = false;

  constructor(runner: QueryRunner) {
    this.#runner = runner;
  }

  get hasEnqueued(): boolean {
    return this.#hasEnqueued;
  }

  query<Row = Record<string, unknown>>(
    sql: string,
    parameters: readonly unknown[] = [],
  ): Promise<Row[]> {
    if (this.#isOver) {
      return Promise.reject(new RoamgridError('internal', 'The transaction is over'));
    }
    const result = this.#last.then(() => this.#run<Row>(sql, parameters));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async enqueue(message: OutboxMessage): Promise<void> {
    await this.#enqueueSome([message]);
  }

  async enqueueAll(messages: readonly OutboxMessage[]): Promise<void> {
    for (let start = 0; start < messages.length; start += MESSAGES_A_STATEMENT) {
      await this.#enqueueSome(messages.slice(start, start + MESSAGES_A_STATEMENT));
    }
  }

  /**
   * Waits for statements nobody waited for. Where one failed PostgreSQL would turn the commit into
   * a rollback without an error, so the failure is thrown here.
   */
  async finish(): Promise<void> {
    await this.abandon();
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async abandon(): Promise<void> {
    this.#isOver = true;
    await this.#last;
  }

  async #enqueueSome(messages: readonly OutboxMessage[]): Promise<void> {
    const parameters = messages.flatMap(({ to, subject, key, payload }) => [
      to,
      subject,
      key ?? null,
      json(payload),
    ]);
    const rows = messages.map((_, index) => {
      const places = [1, 2, 3, 4].map((place) => `$${String(4 * index + place)}`);
      return `(${places.join(', ')})`;
    });
    await this.query(
      `INSERT INTO outbox (to_utility, subject, ordering_key, payload) VALUES ${rows.join(', ')}`,
      parameters,
    );
    this.#hasEnqueued = true;
  }

  async #run<Row>(sql: string, parameters: readonly unknown[]): Promise<Row[]> {
    try {
      const result = await this.#runner.query(sql, checkParameters(parameters), true);
      if (ROLLBACK_TO_SAVEPOINT.test(sql)) this.#failure = undefined;
      return result.records as Row[];
    } catch (caught) {
      const error = toQueryError(caught);
      this.#failure ??= { error };
      throw error;
    }
  }
}
