import { RoamgridError } from '@roamgrid/kernel';
import type pg from 'pg';
import type { OutboxMessage } from '../outbox/message.js';
import { json } from './parameters.js';
import { combined, type Appended } from './combined-append.js';
import { hasLostConnection, isFollowingFailure, isRefusal } from './query-error.js';
import { endTransaction, prepared, runStatement } from './statement.js';

/** Measured: with messages of 8 kB fewer are slower by their round trips, more by their size. */
const MESSAGES_A_STATEMENT = 50;

const ENQUEUE = prepared(
  `INSERT INTO outbox (to_utility, subject, ordering_key, payload)
   SELECT to_utility, subject, ordering_key, payload::json
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
       WITH ORDINALITY AS message (to_utility, subject, ordering_key, payload, place)
    ORDER BY place`,
);

export interface Transaction {
  /** Rows of the statement; of a changing one, those of its RETURNING. */
  query<Row = Record<string, unknown>>(
    sql: string,
    parameters?: readonly unknown[],
  ): Promise<Row[]>;
  /**
   * A statement whose answer nobody needs: it is not waited for, and its failure fails the
   * transaction.
   */
  write(sql: string, parameters?: readonly unknown[]): void;
  /**
   * Rows that are only added: an INSERT marked as `prepared`, without RETURNING. All that is
   * appended leaves in one statement, before the next query or with the commit; a transaction of
   * nothing else is that one statement.
   */
  append(sql: string, parameters: readonly unknown[]): void;
  /** Leaves with the commit, never without it. */
  enqueue(message: OutboxMessage): Promise<void>;
  /** Several messages in few statements; they keep their order. */
  enqueueAll(messages: readonly OutboxMessage[]): Promise<void>;
}

/** A transaction while its work runs. Its statements go out at once and are done one after another. */
export class OpenTransaction implements Transaction {
  readonly #client: pg.PoolClient;
  readonly #running = new Set<Promise<unknown>>();
  readonly #appended: Appended[] = [];
  #isBegun = false;
  #isOver = false;
  /** the first statement that failed */
  #failed: Promise<unknown> | undefined;
  #hasLostConnection = false;
  #hasEnqueued = false;
  #canWait = true;
  #isGathering = false;

  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  get hasEnqueued(): boolean {
    return this.#hasEnqueued;
  }

  /** Whether everything that was put into the outbox may wait to be delivered with others. */
  get canWait(): boolean {
    return this.#canWait;
  }

  /** Whether the connection is of no use any more. */
  get hasLostConnection(): boolean {
    return this.#hasLostConnection;
  }

  query<Row = Record<string, unknown>>(
    sql: string,
    parameters: readonly unknown[] = [],
  ): Promise<Row[]> {
    if (this.#isOver) {
      return Promise.reject(new RoamgridError('internal', 'The transaction is over'));
    }
    this.#begin();
    void this.#sendAppended();
    return this.#send<Row>(sql, parameters);
  }

  write(sql: string, parameters: readonly unknown[] = []): void {
    void this.query(sql, parameters);
  }

  append(sql: string, parameters: readonly unknown[]): void {
    if (this.#isOver) throw new RoamgridError('internal', 'The transaction is over');
    // within one statement nobody says which of two INSERTs into a table is done first
    if (this.#appended.some((earlier) => earlier.sql === sql)) {
      this.#begin();
      void this.#sendAppended();
    }
    this.#appended.push({ sql, parameters });
  }

  async enqueue(message: OutboxMessage): Promise<void> {
    await this.enqueueAll([message]);
  }

  enqueueAll(messages: readonly OutboxMessage[]): Promise<void> {
    for (let start = 0; start < messages.length; start += MESSAGES_A_STATEMENT) {
      this.#enqueueSome(messages.slice(start, start + MESSAGES_A_STATEMENT));
    }
    return Promise.resolve();
  }

  /**
   * Follows the statements without waiting for them. Where one of them failed PostgreSQL turns the
   * commit into a rollback without an error, and that failure is thrown here.
   */
  async commit(): Promise<void> {
    let ending: string;
    try {
      if (!this.#isBegun) {
        await this.#commitAppended();
        return;
      }
      void this.#sendAppended();
      ending = await this.#end('COMMIT');
    } catch (error) {
      if (isRefusal(error)) throw error;
      throw outcomeUnknown();
    }
    if (ending === 'COMMIT') return;
    await this.#failed;
    throw outcomeUnknown();
  }

  /** Why the transaction failed: of a statement that only followed, the failure that it followed. */
  async reasonFor(error: unknown): Promise<unknown> {
    if (!isFollowingFailure(error)) return error;
    return this.#failed?.then(
      () => error,
      (first: unknown) => first,
    );
  }

  /** Where the connection is gone the server rolls back by itself. */
  async rollBack(): Promise<void> {
    this.#isOver = true;
    if (this.#isBegun) await this.#end('ROLLBACK').catch(() => undefined);
  }

  /** One statement is a transaction by itself. */
  async #commitAppended(): Promise<void> {
    this.#isOver = true;
    const sent = this.#sendAppended();
    if (sent !== undefined) await sent;
  }

  #begin(): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    void this.#send('BEGIN ISOLATION LEVEL READ COMMITTED', []);
  }

  #sendAppended(): Promise<unknown> | undefined {
    if (this.#appended.length === 0) return undefined;
    const { sql, parameters } = combined(this.#appended.splice(0));
    return this.#send(sql, parameters);
  }

  #send<Row>(sql: string, parameters: readonly unknown[]): Promise<Row[]> {
    this.#gather();
    return this.#run(runStatement<Row>(this.#client, sql, parameters));
  }

  /** @returns what PostgreSQL did, once every statement has its answer, waited for or not */
  async #end(how: 'COMMIT' | 'ROLLBACK'): Promise<string> {
    this.#isOver = true;
    this.#gather();
    const ending = this.#run(endTransaction(this.#client, how));
    while (this.#running.size > 0) await Promise.all(this.#running);
    return ending;
  }

  /** What is sent in one turn leaves in one packet: a system call costs more than a small statement. */
  #gather(): void {
    if (this.#isGathering) return;
    const { stream } = this.#client.connection;
    stream.cork();
    this.#isGathering = true;
    process.nextTick(() => {
      this.#isGathering = false;
      stream.uncork();
    });
  }

  #run<T>(statement: Promise<T>): Promise<T> {
    const noted: Promise<unknown> = statement
      .catch((error: unknown) => {
        this.#failed ??= statement;
        this.#hasLostConnection ||= hasLostConnection(error);
      })
      .finally(() => this.#running.delete(noted));
    this.#running.add(noted);
    return statement;
  }

  #enqueueSome(messages: readonly OutboxMessage[]): void {
    this.append(ENQUEUE, [
      messages.map(({ to }) => to),
      messages.map(({ subject }) => subject),
      messages.map(({ key }) => key ?? null),
      messages.map(({ payload }) => json(payload).toPostgres()),
    ]);
    this.#hasEnqueued = true;
    this.#canWait &&= messages.every((message) => message.canWait === true);
  }
}

function outcomeUnknown(): RoamgridError {
  return new RoamgridError('internal', 'The database did not say whether it committed');
}
