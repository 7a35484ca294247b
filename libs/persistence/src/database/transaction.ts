import { RoamgridError } from '@roamgrid/kernel';
import type { QueryRunner } from 'typeorm';
import type { OutboxMessage } from '../outbox/message.js';
import { checkParameters, json } from './parameters.js';
import { toQueryError } from './query-error.js';

const ROLLBACK_TO_SAVEPOINT = /^\s*rollback\s+to\b/i;

export interface Transaction {
  /** Rows of the statement; of a changing one, those of its RETURNING. */
  query<Row = Record<string, unknown>>(
    sql: string,
    parameters?: readonly unknown[],
  ): Promise<Row[]>;
  /** Leaves with the commit, never without it. */
  enqueue(message: OutboxMessage): Promise<void>;
  /** Several messages in one statement; they keep their order. */
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
    await this.query(
      'INSERT INTO outbox (to_utility, subject, ordering_key, payload) VALUES ($1, $2, $3, $4)',
      [message.to, message.subject, message.key ?? null, json(message.payload)],
    );
    this.#hasEnqueued = true;
  }

  async enqueueAll(messages: readonly OutboxMessage[]): Promise<void> {
    if (messages.length === 0) return;
    await this.query(
      `INSERT INTO outbox (to_utility, subject, ordering_key, payload)
       SELECT to_utility, subject, ordering_key, payload::jsonb
         FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
           WITH ORDINALITY AS message (to_utility, subject, ordering_key, payload, place)
        ORDER BY place`,
      [
        messages.map(({ to }) => to),
        messages.map(({ subject }) => subject),
        messages.map(({ key }) => key ?? null),
        messages.map(({ payload }) => json(payload).toPostgres()),
      ],
    );
    this.#hasEnqueued = true;
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
