import { AsyncLocalStorage } from 'node:async_hooks';

/** What a chain of messages has in common. */
export interface TraceContext {
  readonly traceId: string;
}

const storage = new AsyncLocalStorage<TraceContext>();

export function runInTrace<Result>(context: TraceContext, work: () => Result): Result {
  return storage.run(context, work);
}

/** The trace of the message being handled; undefined outside of one. */
export function currentTrace(): TraceContext | undefined {
  return storage.getStore();
}
