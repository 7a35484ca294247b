import { AsyncLocalStorage } from 'node:async_hooks';

/** What a chain of messages has in common. */
export interface TraceContext {
  readonly traceId: string;
  /** epoch milliseconds until when whoever asked waits; absent where nobody said */
  readonly deadlineMs?: number;
}

/** What a log line says of the message in whose handling it was written. */
export interface Concern {
  readonly traceId: string;
  readonly sessionId?: string;
}

interface Current {
  readonly context: TraceContext;
  sessionId: string | null;
  /** the answer has been given: what still runs here was begun for others too, and has no deadline */
  isAnswered: boolean;
}

const storage = new AsyncLocalStorage<Current>();

export function runInTrace<Result>(context: TraceContext, work: () => Result): Result {
  return storage.run({ context, sessionId: null, isAnswered: false }, work);
}

/** As {@link runInTrace}; the deadline holds until the work has ended. */
export async function runUntilAnswered<Result>(
  context: TraceContext,
  work: () => Promise<Result>,
): Promise<Result> {
  const current: Current = { context, sessionId: null, isAnswered: false };
  try {
    return await storage.run(current, work);
  } finally {
    current.isAnswered = true;
  }
}

/** For work that a message only set off, such as a relay that serves everybody. */
export function outsideOfTrace<Result>(work: () => Result): Result {
  return storage.exit(work);
}

/** The trace of the message being handled; undefined outside of one. */
export function currentTrace(): TraceContext | undefined {
  return storage.getStore()?.context;
}

/** Until when whoever asked for the work at hand waits for it; undefined where nobody does. */
export function currentDeadlineMs(): number | undefined {
  const current = storage.getStore();
  return current === undefined || current.isAnswered ? undefined : current.context.deadlineMs;
}

/**
 * From here on, what is handled concerns this session. The first one named stays: a step that turns out to
 * touch a second session is still the first one's.
 */
export function concernSession(sessionId: string | null): void {
  const current = storage.getStore();
  if (current !== undefined) current.sessionId ??= sessionId;
}

/** What stands on each log line: trace and session of the message being handled. */
export function currentConcern(): Concern | Record<string, never> {
  const current = storage.getStore();
  if (current === undefined) return {};
  const { sessionId } = current;
  const { traceId } = current.context;
  return sessionId === null ? { traceId } : { traceId, sessionId };
}
