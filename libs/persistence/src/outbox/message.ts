/** What one service tells another; written with {@link Transaction.enqueue}. */
export interface OutboxMessage {
  /** slug of the receiving utility; one's own for one's own services */
  readonly to: string;
  /** contract subject, e.g. "settlement.recordCharge" */
  readonly subject: string;
  /** JSON-safe */
  readonly payload: unknown;
  /** messages of one key to one (to, subject) are delivered in order; without it in any order */
  readonly key?: string;
  /** its reader drains the outbox when in need: it may wait to be delivered with others */
  readonly canWait?: boolean;
}

/** A message as the relay hands it to its deliverer. */
export interface StoredMessage {
  readonly id: bigint;
  readonly to: string;
  readonly subject: string;
  readonly payload: unknown;
  readonly key: string | undefined;
  /** deliveries tried before this one */
  readonly attempts: number;
  readonly createdAt: Date;
}
