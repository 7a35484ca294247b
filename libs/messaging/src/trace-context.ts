import { AsyncLocalStorage } from 'node:async_hooks';

/** What a chain of messages has in common. */
export interface TraceContext {
  readonly traceId: string;
}

/** What a log line says of the message in whose handling it was written. */
export interface Concern extends TraceContext {
  readonly sessionId?: string;
}

interface Current {
  readonly traceId: string;
  sessionId: string | null;
}

const storage = new AsyncLocalStorage<Current>();

export function runInTrace<Result>(context: TraceContext, work: () => Result): Result {
  return storage.run({ traceId: context.traceId, sessionId: null }, work);
}

/** For work that a message only set off, such as a relay that serves everybody. */
export function outsideOfTrace<Result>(work: () => Result): Result {
  return storage.exit(work);
}

/** The trace of the message being handled; undefined outside of one. */
export function currentTrace(): TraceContext | undefined {
  return storage.getStore();
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
  const { traceId, sessionId } = current;
  return sessionId === null ? { traceId } : { traceId, sessionId };
}
